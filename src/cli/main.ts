#!/usr/bin/env node
import { runCommandLine } from './command-line';

// What reads our output may have seen enough of it, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
