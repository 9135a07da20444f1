// Tables in Markdown, ready for the README, and the list of targets at the end.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const milliseconds = (ns) => `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)} ms`;
export const kibibytes = (kib) => `${(kib / 1024).toFixed(2)} MiB`;
export const ratio = (value, base) => `${(value / base).toFixed(2)} ×`;

export class Report {
  #targets = [];
  #unmeasured = [];
  #started = Date.now();

  /** Prints a table; the first row is the head. */
  table(title, rows) {
    const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => String(row[column] ?? '').length)));
    const line = (row) => `| ${widths.map((width, i) => String(row[i] ?? '').padEnd(width)).join(' | ')} |`;
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    console.log(`\n## ${title}\n\n${[line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n')}`);
  }

  /** One thing the program must show: `text` says what was measured, `holds` whether that is enough. */
  target(what, limit, text, holds) {
    this.#targets.push([what, limit, text, holds ? 'pass' : 'short']);
  }

  /** Runs one measurement; what cannot be measured is said and makes the whole run fail, the rest goes on. */
  async attempt(what, measure) {
    try {
      return await measure();
    } catch (error) {
      this.#unmeasured.push(`${what}: ${error.message.trim()}`);
      return undefined;
    }
  }

  /** Prints the targets and returns the exit code. */
  close() {
    this.table('Targets', [['what', 'target', 'measured', 'result'], ...this.#targets]);
    console.log(`\n${((Date.now() - this.#started) / 1000).toFixed(0)} s in all`);
    for (const reason of this.#unmeasured) console.log(`not measured: ${reason}`);
    return this.#unmeasured.length ? 1 : 0;
  }
}
