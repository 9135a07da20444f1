// The command line of scripts/vm, whose head explains it.
export function readOptions(words, refuse) {
  const options = {
    memory: undefined, cpus: 1, deadline: 120, files: [], command: [],
    session: false, pid1: false, stdin: false, console: false, container: undefined,
    disk: process.env.VM_DISK || undefined, binary: process.env.MCP_INIT_BINARY || 'out/mcp-init', busybox: '/bin/busybox',
  };
  const number = text => (/^[1-9]\d*$/.test(text ?? '') ? Number(text) : refuse(`'${text}' is not a number`));
  while (words.length > 0) {
    const word = words.shift();
    switch (word) {
      case '--memory': options.memory = number(words.shift()); break;
      case '--cpus': options.cpus = number(words.shift()); break;
      case '--deadline': options.deadline = number(words.shift()); break;
      case '--file': options.files.push(split(words.shift() ?? refuse('--file needs a name'))); break;
      case '--session': options.session = true; break;
      case '--pid1': options.pid1 = true; break;
      case '--stdin': options.stdin = true; break;
      case '--console': options.console = true; break;
      case '--disk': break;
      case '--keep-disk': options.keepDisk = true; break;
      case '--': options.command = words.splice(0); break;
      default: refuse(`unknown option '${word}'`);
    }
  }
  options.memory ??= options.disk ? 2048 : 512;
  if (options.command.length === 0 && (options.pid1 || !options.session)) refuse('no command');
  if (options.session && options.command.length > 0 && !options.pid1) refuse('a session is told its commands on stdin');
  return options;
}

// HOST[:GUEST]
function split(text) {
  const [host, guest] = text.split(':');
  return [host, guest];
}
