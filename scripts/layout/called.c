// usage: called FUNCTIONS CALLED COMMAND [ARG…]
// Runs a command of ours and writes down which functions it called, each when it was first called. FUNCTIONS holds their
// addresses, one a line in hexadecimal, as linked (the program is not relocated); CALLED is appended to.
//
// Every function gets a breakpoint at its first instruction, which goes when it is hit: a program runs nearly as fast as
// ever, on the processor it really has, with all its threads. Children share our memory until they exec, so they are
// followed that far.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
typedef unsigned char instruction;
static const instruction breakpoint = 0xcc;
#define PC(registers) (registers).rip
#define PAST_BREAKPOINT 1
#elif defined(__aarch64__)
typedef unsigned int instruction;
static const instruction breakpoint = 0xd4200000;
#define PC(registers) (registers).pc
#define PAST_BREAKPOINT 0
#endif

struct function {
  unsigned long address;
  instruction original;
  char is_called;
};

static struct function *functions;
static size_t count;
static int memory;
static FILE *called;

static void fail(const char *what) {
  perror(what);
  exit(111);
}

static int compare(const void *a, const void *b) {
  unsigned long left = ((const struct function *)a)->address, right = ((const struct function *)b)->address;
  return left < right ? -1 : left > right;
}

static void read_functions(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) fail(path);
  size_t room = 0;
  unsigned long address;
  while (fscanf(file, "%lx\n", &address) == 1) {
    if (count == room && !(functions = realloc(functions, (room = room ? room * 2 : 4096) * sizeof *functions)))
      fail("realloc");
    functions[count++] = (struct function){.address = address};
  }
  fclose(file);
  qsort(functions, count, sizeof *functions, compare);
}

static void set_breakpoints(pid_t child) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  memory = open(path, O_RDWR | O_CLOEXEC);
  if (memory < 0) fail(path);
  for (size_t i = 0; i < count; i++)
    if (pread(memory, &functions[i].original, sizeof(instruction), (off_t)functions[i].address) != sizeof(instruction))
      fail("reading a function");
  for (size_t i = 0; i < count; i++)
    if (pwrite(memory, &breakpoint, sizeof breakpoint, (off_t)functions[i].address) != sizeof breakpoint)
      fail("writing a breakpoint");
}

// True where the thread stands at a breakpoint of ours; then it can go on as if there never was one.
static int pass_breakpoint(pid_t thread) {
  struct user_regs_struct registers;
  struct iovec io = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &io) != 0) return 0;
  struct function key = {.address = PC(registers) - PAST_BREAKPOINT};
  struct function *function = bsearch(&key, functions, count, sizeof *functions, compare);
  if (!function) return 0;
  if (!function->is_called) {
    function->is_called = 1;
    fprintf(called, "%lx\n", function->address);
    if (pwrite(memory, &function->original, sizeof(instruction), (off_t)function->address) != sizeof(instruction))
      fail("removing a breakpoint");
  }
  // Another thread may have come here before the breakpoint went: it has to go back too.
  PC(registers) = function->address;
  if (ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &io) != 0) fail("PTRACE_SETREGSET");
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: called FUNCTIONS CALLED COMMAND [ARG…]\n");
    return 100;
  }
  read_functions(argv[1]);
  called = fopen(argv[2], "ae");
  if (!called) fail(argv[2]);
  // Others may write to it at the same time: whole lines only.
  setvbuf(called, NULL, _IOLBF, 0);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    execv(argv[3], argv + 3);
    fail(argv[3]);
  }
  int status;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) fail("the command did not start");
  long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SETOPTIONS, child, 0, options) != 0) fail("PTRACE_SETOPTIONS");
  set_breakpoints(child);
  ptrace(PTRACE_CONT, child, 0, 0);

  while (1) {
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) fail("waitpid");
    if (!WIFSTOPPED(status)) {
      if (thread == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) {
      // Its memory is its own now; nothing of ours is in it.
      ptrace(PTRACE_DETACH, thread, 0, 0);
      continue;
    }
    if (event || (signal == SIGTRAP && pass_breakpoint(thread))
        // A new thread or child begins with a stop.
        || signal == SIGSTOP)
      signal = 0;
    ptrace(PTRACE_CONT, thread, 0, signal);
  }
}
