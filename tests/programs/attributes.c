// attributes: reports what the second stage may have changed, one NAME=VALUE a line, and exits with 0.
#include "common.h"
#include <grp.h>

int main(void)
{
    deadline();
    gid_t groups[64];
    int count = getgroups(64, groups);
    char list[512] = "";
    for (int i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%d", i ? "," : "", groups[i]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    mode_t mask = umask(0);
    char directory[512];
    if (!getcwd(directory, sizeof directory))
        fail("getcwd");
    say("uid=%d,%d", getuid(), geteuid());
    say("gid=%d,%d", getgid(), getegid());
    say("groups=%s", list);
    say("umask=%04o", mask);
    say("cwd=%s", directory);
    say("nice=%d", getpriority(PRIO_PROCESS, 0));
    say("nofile=%lu,%lu", (unsigned long)files.rlim_cur, (unsigned long)files.rlim_max);
    say("no_new_privs=%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    say("sid=%d pgid=%d pid=%d", getsid(0), getpgrp(), getpid());
    char text[8192];
    for (int which = 0; which < 2; which++) {
        FILE *file = fopen(which ? "/proc/self/oom_score_adj" : "/proc/self/status", "r");
        while (file && fgets(text, sizeof text, file)) {
            text[strcspn(text, "\n")] = 0;
            if (which)
                say("oom_score_adj=%s", text);
            else if (strncmp(text, "Cap", 3) == 0)
                say("%.6s=%s", text, text + 8);
        }
        if (file)
            fclose(file);
    }
    extern char **environ;
    for (char **entry = environ; *entry; entry++)
        say("env %s", *entry);
    char fds[512] = "";
    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            snprintf(fds + strlen(fds), sizeof fds - strlen(fds), "%s%d", *fds ? "," : "", fd);
    say("fds=%s", fds);
    return 0;
}
