import { CommanderError, type Command } from 'commander';
import { createProgram } from './program.js';

function quiet(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  command.commands.forEach(quiet);
  return command;
}

const program = (): Command =>
  quiet(createProgram({ signal: new AbortController().signal, setExit: () => undefined }));

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

describe('the command line', () => {
  it('has every command that is promised', () => {
    const names = program().commands.map((command) => command.name());
    for (const name of [
      'send',
      'generate',
      'alerts',
      'log',
      'dead-letters',
      'status',
      'rules',
      'migrate',
      'reset',
    ]) {
      expect(names).toContain(name);
    }
  });

  it('offers --json and examples with each command', () => {
    for (const command of allCommands(program()).filter((candidate) => candidate.commands.length === 0)) {
      const help = helpOf(command);
      expect(help).toContain('--json');
      expect(help).toContain('Examples:');
    }
  });

  it('explains its exit codes', () => {
    expect(helpOf(program())).toContain('Exit codes: 0 all went well');
  });

  it.each([
    [['nonsense']],
    [['send', '--format', 'xml']],
    [['generate', '--fraud', '5']],
    [['log', '--from', '1', '--since', '1h']],
    [['rules', 'show']],
  ])('refuses %j', async (args) => {
    await expect(program().parseAsync(args, { from: 'user' })).rejects.toThrow(CommanderError);
  });
});

/** With what is added before and after it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}
