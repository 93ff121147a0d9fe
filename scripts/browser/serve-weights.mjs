import { createServer } from 'node:http';

/**
 * Serves `contents` to pages of any origin, from the byte that a request asks for. The first answer is cut after `cutAt` bytes;
 * `exposed` are headers that a page of another origin may read. `asked` are the ranges of all requests, '' for all bytes.
 */
export async function serveWeights(contents, { cutAt, exposed = '' } = {}) {
  const asked = [];
  const server = createServer(({ headers }, response) => {
    const { range = '' } = headers;
    asked.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    const rest = contents.subarray(from);
    response.writeHead(range ? 206 : 200, {
      'Content-Length': rest.length,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': exposed,
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ...(range && { 'Content-Range': `bytes ${from}-${contents.length - 1}/${contents.length}` }),
    });
    if (cutAt === undefined || asked.length > 1) response.end(rest);
    else response.write(rest.subarray(0, cutAt), () => setTimeout(() => response.destroy(), 300));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
