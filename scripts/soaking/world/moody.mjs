// A service that crashes while the file /run/soak/crash exists, also when it has just been started.
import { existsSync } from 'node:fs';

const look = () => {
  if (existsSync('/run/soak/crash')) process.exit(5);
};
look();
setInterval(look, 200);
