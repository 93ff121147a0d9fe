// Takes the lock of the folder that it is told, when it is told to, and keeps it until its input ends.
import { lockFolder } from '../src/runs/lock';

process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const taken = await lockFolder(process.argv[2]).then(
    () => true,
    () => false,
  );
  process.stdout.write(taken ? 'taken\n' : 'refused\n');
});
process.stdin.on('end', () => process.exit());
