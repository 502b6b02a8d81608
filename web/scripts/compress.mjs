// Writes `NAME.br` beside each script of `dist/`, so that the server need not compress.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
for (const name of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
  const bytes = readFileSync(new URL(name, dist));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 20,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const packed = brotliCompressSync(bytes, { params });
  writeFileSync(new URL(`${name}.br`, dist), packed);
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, packed.length];
  console.log(`${name}: ${sizes.map((size) => (size / 1000).toFixed(1)).join(' / ')} kB (plain / gz / br)`);
}
