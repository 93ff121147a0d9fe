import { describe, it } from 'vitest';
import { temporaryDirectory } from '../node/temporary-directory';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { CALLBACKS } from './callbacks';
import { expectToResume, fitTiny } from './fit-tiny';

// What every callback must do, whatever it is for.

useCpu();
const path = temporaryDirectory();

describe.each(Object.entries(CALLBACKS))('%s', (_, make) => {
  it('goes on from a snapshot of any step as if it had never stopped', async () => {
    let fits = 0;
    await expectToResume(() => make(path(`fit${fits++}`)));
  });

  it('leaves no tensor behind', async () => {
    await expectNoLeak(() => fitTiny(make(path('fit')), { epochs: 1 }));
  });
});
