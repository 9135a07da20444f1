// refuse SYSCALL=ERRNO... -- PROGRAM [ARGUMENT...]: becomes PROGRAM with these system calls answered by an error, as an older
// kernel or a seccomp profile would; ERRNO 0 makes the call a lie: it succeeds and does nothing. Needs root.
#include "common.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

static const struct { const char *name; unsigned number; } calls[] = {
    {"close_range", SYS_close_range}, {"setresuid", SYS_setresuid}, {"setresgid", SYS_setresgid},
    {"setgroups", SYS_setgroups},     {"capset", SYS_capset},       {"prctl", SYS_prctl},
};

int main(int argc, char **argv)
{
    struct sock_filter filter[32] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short length = 1;
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        char *equals = strchr(argv[at], '=');
        if (!equals || length > 28)
            fail("SYSCALL=ERRNO");
        *equals = '\0';
        unsigned i = 0;
        while (i < sizeof calls / sizeof *calls && strcmp(calls[i].name, argv[at]) != 0)
            i++;
        if (i == sizeof calls / sizeof *calls)
            fail(argv[at]);
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)atoi(equals + 1));
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = length, .filter = filter};
    if (at + 1 >= argc || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        fail("seccomp");
    execv(argv[at + 1], argv + at + 1);
    fail(argv[at + 1]);
}
