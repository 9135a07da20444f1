/* Starting a program so that its start can be timed: the clock is read in the child as the last thing before execve. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { NANOSECONDS = 1000000000 };

uint64_t now(void);
_Noreturn void fail(const char *what);

struct spawned {
    pid_t pid;
    uint64_t start;
};

enum place {
    PLAIN,        /* an ordinary child */
    PID1,         /* PID 1 of a PID namespace of its own */
    PID1_WITH_PROC /* and with its own /proc in a mount namespace */
};

/* Its standard input is /dev/null; its output goes to the file OUTPUT. Does not return on failure. */
struct spawned spawn(char **command, enum place place, int output);
