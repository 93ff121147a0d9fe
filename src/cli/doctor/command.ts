import { type Command, Option } from 'commander';
import { jsonOption, NODE_BACKENDS } from '../shared-options';
import { TRY } from './try-in-child';

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Looks what works here: Node, packages, backends, threads, GPU; says what to install for what.')
    .addOption(jsonOption())
    .addOption(new Option(`${TRY} <backend>`).choices(NODE_BACKENDS).hideHelp())
    .addHelpText('after', '\nEach backend is tried in a process of its own. Exit code 1: none works.')
    .action(
      async ({
        json,
        tryBackend,
      }: {
        readonly json?: boolean | undefined;
        readonly tryBackend?: string | undefined;
      }) => {
        if (tryBackend !== undefined) {
          const { reportBackend } = await import('./report-backend');
          return reportBackend(tryBackend);
        }
        const { examine } = await import('./examine');
        return examine(json);
      },
    );
}
