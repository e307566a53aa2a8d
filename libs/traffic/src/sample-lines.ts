/** A small history that shows what `multi-country-login` finds and what it leaves alone. */

export interface SampleStory {
  /** CSV lines: eventId,accountId,eventType,country,eventTime. */
  readonly lines: readonly string[];
  /** The alerts that must come of it: by rule `multi-country-login`, from one country to another. */
  readonly alerts: readonly {
    readonly accountId: string;
    readonly previousCountry: string;
    readonly country: string;
  }[];
  /** Why, as one would tell it. */
  readonly why: string;
}

const ID = '395805b6-7aee-409a-85cc';

/** The whole of the sample, in the order of sending. */
export const SAMPLE_STORIES: readonly SampleStory[] = [
  {
    lines: [
      `${ID}-d2ffb7eb7ef2,9726,login,RU,1601736282`,
      // The ids are equal, the times are not: two events.
      `${ID}-d2ffb7eb7ef2,9726,login,IN,1601736283`,
    ],
    alerts: [{ accountId: '9726', previousCountry: 'RU', country: 'IN' }],
    why: 'two countries within a second',
  },
  {
    lines: [`${ID}-111111111111,9727,login,RU,1601736282`, `${ID}-222222222222,9728,login,IN,1601736283`],
    alerts: [],
    why: 'two accounts',
  },
  {
    lines: [`${ID}-333333333333,9729,login,RU,1601737420`, `${ID}-444444444444,9729,login,IN,1601737840`],
    alerts: [],
    why: '420 seconds apart, more than the rule looks back',
  },
  {
    lines: [
      `${ID}-555555555555,9730,login,RU,1601737420`,
      `${ID}-666666666666,9730,log-out,IN,1601737840`,
      `${ID}-777777777777,9730,login,IN,1601737840`,
    ],
    alerts: [],
    why: 'logged out in between, and 420 seconds apart',
  },
  {
    lines: [
      `${ID}-888888888888,9731,login,RU,1601737420`,
      `${ID}-999999999999,9731,log-out,RU,1601737520`,
      `${ID}-aaaaaaaaaaaa,9731,login,IN,1601737620`,
    ],
    alerts: [],
    why: 'logged out in between',
  },
];

/** All sample lines, in the order of sending. */
export const SAMPLE_LINES: readonly string[] = SAMPLE_STORIES.flatMap((story) => story.lines);
