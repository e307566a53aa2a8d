/** The evaluator itself against histories whose outcome was worked out by hand. */
import type { Aggregate, Condition, Operator } from '#contracts';
import { event, GivenLog, MINUTE_MS, multiCountry, START_MS, velocity } from './given.js';
import type { History } from './history.js';
import { evaluate } from './oracle.js';

/** All decisions as short texts: `+rule/id/revision`, `-rule/id/revision`, `late id: rule.version`. */
function decisions(history: History): string[] {
  return evaluate(history).flatMap((step) =>
    step.decisions.flatMap(({ late, alerts }) => [
      ...(late === null
        ? []
        : [
            `late ${late.event.eventId}: ${late.rules.map(({ id, version }) => `${id}.${version}`).join(' ')}`,
          ]),
      ...alerts.map(
        (alert) =>
          `${alert.kind === 'raised' ? '+' : '-'}${alert.version.rule.id}/${alert.event.eventId}/${alert.revision}`,
      ),
    ]),
  );
}

function condition(
  aggregate: Aggregate,
  op: Operator,
  limit: bigint,
  field: string | null = null,
): Condition {
  return { aggregate, field, op, limit: limit * 10_000n };
}

const login = (eventId: string, atMs: number, country: string | null) =>
  event({ eventId, eventTime: START_MS + atMs, country });
const logOut = (eventId: string, atMs: number) =>
  event({ eventId, eventType: 'log-out', eventTime: START_MS + atMs });
const purchase = (eventId: string, atMs: number, units: number, attributes: Record<string, string> = {}) =>
  event({ eventId, eventType: 'purchase', eventTime: START_MS + atMs, amount: units * 10_000, attributes });

describe('countries', () => {
  const given = () => new GivenLog().rule(0, multiCountry(5 * MINUTE_MS));

  it('alerts at exactly the window, and not a millisecond beyond', () => {
    const within = given().frame(0, login('p', 0, 'RU'), login('e', 300_000, 'IN'));
    expect(decisions(within.history())).toEqual(['+countries/e/1']);
    const beyond = given().frame(0, login('p', 0, 'RU'), login('e', 300_001, 'IN'));
    expect(decisions(beyond.history())).toEqual([]);
  });

  it('lets a log-out at the time of the second login lie between, and one at the time of the first not', () => {
    const atSecond = given().frame(0, login('p', 0, 'RU'), logOut('z', 10), login('e', 10, 'IN'));
    expect(decisions(atSecond.history())).toEqual([]);
    const atFirst = given().frame(0, login('p', 0, 'RU'), logOut('z', 0), login('e', 10, 'IN'));
    expect(decisions(atFirst.history())).toEqual(['+countries/e/1']);
  });

  it('orders logins of one time by the bytes of their ids, not by UTF-16 units', () => {
    const tie = given().frame(0, login('\u{1f600}', 0, 'RU'), login('\uff5e', 0, 'IN'));
    expect(decisions(tie.history())).toEqual(['+countries/\u{1f600}/1']);
  });

  it('names the latest login of another country', () => {
    const history = given()
      .frame(0, login('p', 0, 'RU'), login('q', 5, 'NL'), login('r', 6, 'IN'), login('e', 7, 'IN'))
      .history();
    const raised = evaluate(history)[1].decisions[3].alerts[0];
    expect(raised.verdict.previous?.eventId).toBe('q');
  });

  it('takes an alert back for a late log-out, and raises it again when that becomes a login', () => {
    const history = given()
      .frame(0, login('p', 0, 'RU'), login('e', 10, 'IN'))
      .frame(1, logOut('o', 5))
      .frame(2, login('o', 5, null));
    expect(decisions(history.history())).toEqual(['+countries/e/1', '-countries/e/1', '+countries/e/2']);
  });

  it('ignores duplicates, and logins without a country', () => {
    const [p, e] = [login('p', 0, 'RU'), login('e', 10, 'IN')];
    const history = given()
      .frame(0, p, login('n', 5, null), e, e, p)
      .frame(9, e, p);
    expect(decisions(history.history())).toEqual(['+countries/e/1']);
  });

  it('keeps the revision of an identity that was corrected away and back', () => {
    const [e, click] = [login('e', 10, 'IN'), { ...login('e', 10, 'IN'), eventType: 'click' }];
    const history = given().frame(0, login('p', 0, 'RU'), e, click, e);
    expect(decisions(history.history())).toEqual(['+countries/e/1', '-countries/e/1', '+countries/e/2']);
  });
});

describe('velocity', () => {
  it('counts both ends of the window, the judged event included', () => {
    const rule = velocity(1000, [condition('count', '>', 1n)]);
    const at = (secondMs: number) =>
      decisions(
        new GivenLog()
          .rule(0, rule)
          .frame(0, purchase('p', 0, 1), purchase('e', secondMs, 1))
          .history(),
      );
    expect(at(1000)).toEqual(['+velocity/e/1']);
    expect(at(1001)).toEqual([]);
  });

  it('adds beyond the exact range of binary floats', () => {
    const rule = velocity(1000, [condition('sum', '=', 200_000_000_000n, 'amount')]);
    const off = { ...purchase('e', 1, 0), amount: 1e15 - 1 };
    const log = new GivenLog().rule(0, rule).frame(0, { ...purchase('p', 0, 0), amount: 1e15 }, off);
    expect(decisions(log.history())).toEqual([]);
    log.frame(1, { ...off, amount: 1e15 });
    expect(decisions(log.history())).toEqual(['+velocity/e/1']);
  });

  it('compares an average without dividing', () => {
    const rule = velocity(1000, [{ ...condition('avg', '=', 0n, 'amount'), limit: 33_333n }]);
    const log = new GivenLog().rule(0, rule);
    log.frame(0, purchase('p', 0, 3), purchase('q', 1, 3), purchase('e', 2, 4));
    expect(decisions(log.history())).toEqual([]);
  });

  it('is false over nothing', () => {
    const rule = velocity(1000, [condition('distinct', '<', 3n, 'country')]);
    expect(
      decisions(
        new GivenLog()
          .rule(0, rule)
          .frame(0, purchase('e', 0, 1))
          .history(),
      ),
    ).toEqual([]);
  });

  it('reads numbers from attributes where the text is one', () => {
    const rule = velocity(1000, [condition('max', '>=', 12n, 'score')]);
    const alerted = ['12', '12.0000', '100000000000'];
    const passed = ['11.9999', '12.00000', '100000000000.0001', '1e3', 'abc', ''];
    for (const score of [...alerted, ...passed]) {
      const history = new GivenLog()
        .rule(0, rule)
        .frame(0, purchase('e', 0, 1, { score }))
        .history();
      expect([score, decisions(history).length]).toEqual([score, alerted.includes(score) ? 1 : 0]);
    }
  });

  it('moves an alert to another group with a correction: retraction first', () => {
    const rule = velocity(1000, [condition('count', '>=', 1n)], ['accountId', 'beneficiaryId']);
    const log = new GivenLog().rule(0, rule);
    log.frame(0, purchase('e', 0, 1, { beneficiaryId: 'x' }), purchase('e', 0, 1, { beneficiaryId: 'y' }));
    expect(decisions(log.history())).toEqual(['+velocity/e/1', '-velocity/e/1', '+velocity/e/1']);
  });
});

describe('letting go and lateness', () => {
  const settings = { allowedLatenessMs: 1000, sweepIntervalMs: 0 };

  it('lets go once the watermark and the lateness of log time have passed, and then says late', () => {
    const log = new GivenLog(settings).rule(0, multiCountry(MINUTE_MS)).frame(0, login('p', 0, 'RU'));
    // The next login moves the watermark to its own time: no disorder was ever seen.
    log.frame(1000, login('far', 61_000, 'RU')).tick(1000);
    expect(evaluate(log.history()).at(-1)?.entries).toBe(1);
    log.frame(1001, login('l', 60_000, 'IN'), login('n', 60_001, 'IN'));
    expect(decisions(log.history())).toEqual(['late l: countries.1', '+countries/far/1']);
  });

  it('keeps a back-fill of old events as long as it goes on, whatever the watermark says', () => {
    const log = new GivenLog(settings).rule(0, multiCountry(MINUTE_MS)).frame(0, login('today', 0, 'RU'));
    const year = -31_536_000_000;
    log.frame(1000, login('p', year, 'RU')).frame(1999, login('e', year + 30_000, 'IN'));
    log.frame(2998, login('f', year + 60_000, 'NL'));
    expect(decisions(log.history())).toEqual(['+countries/e/1', '+countries/f/1']);
  });

  it('lets go of what lay untouched for window and lateness though no event moves the watermark', () => {
    const log = new GivenLog(settings).rule(0, multiCountry(MINUTE_MS)).frame(0, login('p', 0, 'RU'));
    expect(evaluate(log.tick(60_999).history()).at(-1)?.entries).toBe(1);
    expect(evaluate(log.tick(61_000).history()).at(-1)?.entries).toBe(0);
    expect(decisions(log.frame(61_000, login('e', 60_000, 'IN')).history())).toEqual(['late e: countries.1']);
  });

  it('forgets a let-go mark after its time', () => {
    const log = new GivenLog(settings).rule(0, multiCountry(MINUTE_MS)).frame(0, login('p', 0, 'RU'));
    const day = 86_400_000;
    const before = [
      ...log
        .tick(61_000)
        .frame(61_000 + day - 1, login('e', 1, 'IN'))
        .history().log,
    ];
    expect(decisions({ ...log.history(), log: before })).toEqual(['late e: countries.1']);
    const after = before.with(-1, { ...before.at(-1)!, logTimeMs: START_MS + 61_000 + day });
    expect(decisions({ ...log.history(), log: after })).toEqual([]);
  });

  it('lets the oldest go beyond the cap', () => {
    const log = new GivenLog({ maxActorHistory: 1 }).rule(0, multiCountry(MINUTE_MS));
    log.frame(
      0,
      login('p', 0, 'RU'),
      login('e', 60_000, 'IN'),
      login('l', 60_000, 'NL'),
      login('n', 60_001, 'RU'),
    );
    expect(decisions(log.history())).toEqual(['+countries/e/1', 'late l: countries.1', '+countries/n/1']);
  });

  it('goes on seeing the version that stood when a correction is late', () => {
    const log = new GivenLog({ maxActorHistory: 2 }).rule(0, multiCountry(MINUTE_MS));
    log.frame(0, login('a', 0, 'RU'), login('b', 10, 'IN'), login('c', 20, 'IN'));
    log.frame(1, login('b', 10, 'RU'));
    expect(decisions(log.history())).toEqual(['+countries/b/1', '+countries/c/1', 'late b: countries.1']);
  });
});

describe('rule versions', () => {
  it('judges an identity for good by the version in force when it was first seen', () => {
    const log = new GivenLog().rule(0, multiCountry(10)).frame(0, login('e', 60, 'IN'));
    log.rule(1, multiCountry(MINUTE_MS), 2).frame(2, login('p', 0, 'RU'), login('q', 50, 'RU'));
    expect(decisions(log.history())).toEqual(['+countries/e/1']);
  });

  it('retracts under a version that was paused since, until window and lateness have passed', () => {
    const settings = { allowedLatenessMs: 1000 };
    const at = (ms: number) => {
      const holdsAll = { ...velocity(MINUTE_MS, [condition('count', '>', 99n)]), eventTypes: [], has: [] };
      const log = new GivenLog(settings).rule(0, multiCountry(1000)).rule(0, holdsAll);
      log.frame(0, login('p', 0, 'RU'), login('e', 10, 'IN')).rule(1, multiCountry(1000, 'paused'), 2);
      return decisions(log.frame(ms, logOut('o', 5)).history());
    };
    expect(at(2000)).toEqual(['+countries/e/1', '-countries/e/1']);
    expect(at(2001)).toEqual(['+countries/e/1']);
  });

  it('does not judge while paused, and judges in the shadow', () => {
    const paused = new GivenLog().rule(0, multiCountry(MINUTE_MS, 'paused'));
    expect(decisions(paused.frame(0, login('p', 0, 'RU'), login('e', 1, 'IN')).history())).toEqual([]);
    const shadow = new GivenLog().rule(0, multiCountry(MINUTE_MS, 'shadow'));
    expect(decisions(shadow.frame(0, login('p', 0, 'RU'), login('e', 1, 'IN')).history())).toHaveLength(1);
  });
});

describe('watermark', () => {
  it('follows the greatest time less the disorder of this and the last period', () => {
    const log = new GivenLog({ allowedLatenessMs: 1000 }).rule(0, multiCountry(MINUTE_MS));
    const at = (afterMs: number, eventMs: number) => log.frame(afterMs, login(`e${afterMs}`, eventMs, 'RU'));
    at(0, 0);
    at(10, -400);
    at(20, 300);
    at(1500, 1500);
    at(2500, 2500);
    at(2600, 500);
    at(2700, 4000);
    const watermarks = evaluate(log.history()).map(({ watermarkMs }) => watermarkMs - START_MS);
    // The disorder of 400 counts in periods 0 and 1; that of 2,000 is capped.
    expect(watermarks).toEqual([-Infinity, 0, 0, 0, 1100, 2500, 2500, 3000]);
  });
});
