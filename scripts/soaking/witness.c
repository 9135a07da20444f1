// witness PID: stops a process on the point of ending, when it can do nothing more and the kernel has not yet ended its PID namespace.
// Says "watching", then "ending"; a line on stdin lets it end. So what PID 1 leaves behind can be counted without a race.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

int main(int count, char **words)
{
    pid_t pid = count == 2 ? atoi(words[1]) : 0;
    int status;

    if (pid <= 0 || ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT)) {
        perror("witness: PTRACE_SEIZE");
        return 1;
    }
    say("watching");
    while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
            say("ending");
            getchar();
            return ptrace(PTRACE_DETACH, pid, 0, 0) != 0;
        }
        // Above are the kernel's own stops, which are no signal for the process.
        ptrace(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
    }
    return 1;
}
