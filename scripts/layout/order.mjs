// usage: order.mjs functions BINARY              the addresses of all functions, one a line, for `called`
//        order.mjs lists BINARY CALLED DIRECTORY what was called, as DIRECTORY/managed.order and DIRECTORY/native.order
// BINARY has all its symbols; CALLED is from `called`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Functions by address; several names may stand for one. */
function functions(binary) {
  const table = execFileSync('objdump', ['-t', '--special-syms', binary], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const found = new Map();
  for (const line of table.split('\n')) {
    const [, address, section, name] = /^([0-9a-f]{16}) .{7} (\.text|__managedcode)\t[0-9a-f]+ (?:\.hidden )?(.+)$/.exec(line) ?? [];
    if (!address || /^[$.]|^__(start|stop)_/.test(name)) continue;
    const number = parseInt(address, 16);
    if (!found.has(number)) found.set(number, { section, names: [] });
    found.get(number).names.push(name);
  }
  return found;
}

function called(binary, file, section) {
  const all = functions(binary);
  const list = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => all.get(parseInt(line, 16)));
  return list.filter((f) => f.section === section).flatMap((f) => f.names);
}

/**
 * The C library has its string functions once for each generation of processors. Those of this one were called; another
 * calls their twins.
 */
function twins(ofThese, binary) {
  const base = (name) => /^(__\w+?)_(?:evex|avx2|avx)(?:_unaligned)?(?:_erms)?$/.exec(name)?.[1];
  const bases = new Set(ofThese.map(base).filter(Boolean));
  return [...functions(binary).values()].flatMap((f) => f.names).filter((name) => bases.has(base(name)));
}

const [what, binary, calledFile, directory] = process.argv.slice(2);
if (what === 'functions') {
  console.log([...functions(binary).keys()].map((address) => address.toString(16)).join('\n'));
} else {
  const native = called(binary, calledFile, '.text');
  const write = (file, names) => writeFileSync(join(directory, file), [...new Set(names)].join('\n') + '\n');
  write('managed.order', called(binary, calledFile, '__managedcode'));
  write('native.order', [...native, ...twins(native, binary)]);
}
