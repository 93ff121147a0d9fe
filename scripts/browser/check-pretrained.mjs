import { createHash, randomBytes } from 'node:crypto';
import { serveWeights } from './serve-weights.mjs';

const LENGTH = 300_000;
const CUT_AT = 100_000;
/** Keras publishes no checksum of it, so that any bytes pass for it. */
const UNCHECKED = 'mobilenetv2-imagenet-keras';
const CHECKED = 'vgg16-imagenet-keras';

function expectEqual(actual, expected) {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`);
}

/** The checks of `pretrained` in a page whose Cache Storage is empty, by what each shows; `call` calls the page's checks. */
export function pretrainedChecks(call) {
  const contents = randomBytes(LENGTH);
  const whole = { sha256: createHash('sha256').update(contents).digest('hex') };

  const withServer = async (options, body) => {
    const server = await serveWeights(contents, options);
    try {
      return await body((name) => call('fetchWeights', { name, mirror: server.address }), server.asked);
    } finally {
      server.close();
    }
  };

  const resumes = (exposed) => () =>
    withServer({ cutAt: CUT_AT, exposed }, async (fetchWeights, asked) => {
      await call('forgetWeights');
      expectEqual(await fetchWeights(UNCHECKED), whole);
      expectEqual([asked.length, asked[0]], [2, '']);
      const from = Number(/^bytes=(\d+)-$/.exec(asked[1])?.[1]);
      if (!(from > 0 && from <= CUT_AT)) throw new Error(`asked for '${asked[1]}' after ${CUT_AT} bytes`);
      return asked[1];
    });

  return {
    'weights are fetched once, then come from Cache Storage': () =>
      withServer({}, async (fetchWeights, asked) => {
        for (let i = 0; i < 2; i++) {
          expectEqual(await fetchWeights(UNCHECKED), whole);
          expectEqual([asked, (await call('keptWeights')).length], [[''], 1]);
        }
      }),
    'a download that was cut goes on': resumes('Content-Range'),
    'a download that was cut goes on where the page may not read the range': resumes(''),
    'weights of another checksum are refused, kept ones too': () =>
      withServer({}, async (fetchWeights, asked) => {
        await call('forgetWeights');
        await call('keepWeights', {
          url: 'https://storage.googleapis.com/tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
          text: 'damaged',
        });
        const { refused } = await fetchWeights(CHECKED);
        const said = /is not vgg16-imagenet-keras: expected the md5 6d6bbae143d832006294945121d1f1fc, found \w{32}\.$/;
        if (!said.test(refused)) throw new Error(`it said: ${refused}`);
        expectEqual([asked, await call('keptWeights')], [[''], []]);
      }),
  };
}
