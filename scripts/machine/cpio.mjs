// The archive that the kernel unpacks as its first root: the `newc` format of cpio, written directly, so that files land
// under the names that the machine knows them by and nothing has to be collected in a directory first.
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

const directory = 0o040755, regular = 0o100000, link = 0o120777;

export class Archive {
  #parts = [];
  #known = new Set(['/', '.']);
  #number = 1;

  // Adds a file or a whole directory of the host under a name of the machine.
  add(host, name) {
    const info = lstatSync(host);
    if (info.isDirectory()) {
      this.#directory(name);
      for (const entry of readdirSync(host)) this.add(`${host}/${entry}`, `${name}/${entry}`);
    } else if (info.isSymbolicLink()) {
      this.#entry(name, link, Buffer.from(readlinkSync(host)));
    } else if (info.isFile()) {
      this.#entry(name, regular | (info.mode & 0o7777), readFileSync(host));
    }
  }

  write(name, text, mode = 0o644) {
    this.#entry(name, regular | mode, Buffer.from(text));
  }

  finish() {
    this.#put('TRAILER!!!', 0, Buffer.alloc(0));
    return Buffer.concat(this.#parts);
  }

  #directory(name) {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#directory(dirname(name));
    this.#put(name, directory, Buffer.alloc(0));
  }

  #entry(name, mode, content) {
    this.#directory(dirname(name));
    this.#put(name, mode, content);
  }

  #put(name, mode, content) {
    const path = Buffer.from(name.replace(/^\/+/, '') + '\0');
    const fields = [this.#number++, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, path.length, 0];
    const head = Buffer.from('070701' + fields.map(field => field.toString(16).padStart(8, '0')).join(''));
    this.#parts.push(padded(Buffer.concat([head, path])), padded(content));
  }
}

function padded(bytes) {
  const over = bytes.length % 4;
  return over === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - over)]);
}
