// jobserver TAG [OPTION…]: a small server on stdin and stdout. TAG is only there to be found in /proc.
//   --hello            writes a line before it reads
//   --job KIND         starts a job before anything else
//   --mute             never answers: a start that does not come to its end
//   --ignore-term      SIGTERM does not end it
//   --leave-late MS    it ends so long after the end of its stdin
//   --echo             writes what it reads, byte by byte the same, until the end
//   --noise BYTES SEED first so much noise to stderr
// To a line that begins with a brace it answers {"jsonrpc":"2.0","id":N,"result":{"pid":P}}; other lines are orders:
//   job KIND           running: a child; setsid: a child in a session of its own; fork: a daemon that ignores SIGTERM
//   exit CODE, raise SIGNAL, env NAME, hold MIB, cgroup, group (its group and session), fds (its open descriptors)
// Once it has a job it does not end with its stdin, as real servers with running commands do not.
#include "common.h"
#include "noise.h"
#include <dirent.h>

static bool has_job;

// The one who was asked for the job says its number, when the job runs.
static void become_job(int ready)
{
    deadline();
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    pid_t self = getpid();
    if (write(ready, &self, sizeof self) != sizeof self)
        _exit(98);
    close(ready);
    for (;;)
        pause();
}

static pid_t start_job(const char *kind)
{
    bool session = strcmp(kind, "running") != 0, twice = strcmp(kind, "fork") == 0;
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        if (session)
            setsid();
        if (twice) {
            signal(SIGTERM, SIG_IGN);
            if (fork() != 0)
                _exit(0);
        }
        become_job(ready[1]);
    }
    close(ready[1]);
    pid_t job = 0;
    if (read(ready[0], &job, sizeof job) != sizeof job)
        fail("the job");
    close(ready[0]);
    if (twice)
        waitpid(child, NULL, 0);
    has_job = true;
    return job;
}

static void echo(void)
{
    static char bytes[65536];
    ssize_t count;
    while ((count = read(0, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR))
        for (ssize_t done = 0; done < count;) {
            ssize_t wrote = write(1, bytes + done, count - done);
            if (wrote < 0 && errno != EINTR)
                exit(97);
            done += wrote > 0 ? wrote : 0;
        }
}

static void make_noise_on_stderr(size_t size, uint64_t seed)
{
    static unsigned char bytes[4096];
    for (size_t part; size > 0; size -= part) {
        part = size < sizeof bytes ? size : sizeof bytes;
        make_noise(&seed, bytes, part);
        for (size_t done = 0; done < part;) {
            ssize_t wrote = write(2, bytes + done, part - done);
            if (wrote < 0 && errno != EINTR)
                exit(97);
            done += wrote > 0 ? wrote : 0;
        }
    }
}

static void hold(size_t size)
{
    char *pages = malloc(size);
    for (size_t at = 0; pages && at < size; at += 4096)
        pages[at] = (char)(at >> 12 | 1);
    say("holding");
}

static void say_descriptors(void)
{
    char list[512] = "fds";
    DIR *listing = opendir("/proc/self/fd");
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(listing) && strlen(list) < sizeof list - 16)
            strcat(strcat(list, " "), entry->d_name);
    if (listing)
        closedir(listing);
    say("%s", list);
}

static void say_cgroup(void)
{
    char text[4096];
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    close(fd);
    text[length < 0 ? 0 : length] = 0;
    char *unified = strstr(text, "0::");
    if (unified)
        unified[strcspn(unified, "\n")] = 0;
    say("cgroup %s", unified ? unified + 3 : "(none)");
}

static void obey(char *line)
{
    char *id = strstr(line, "\"id\":");
    if (line[0] == '{') {
        if (id)
            say("{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":{\"pid\":%d}}", atoi(id + 5), getpid());
    } else if (strncmp(line, "job ", 4) == 0)
        say("job %d", start_job(line + 4));
    else if (strncmp(line, "exit ", 5) == 0)
        exit(atoi(line + 5));
    else if (strncmp(line, "raise ", 6) == 0)
        kill(getpid(), atoi(line + 6));
    else if (strncmp(line, "hold ", 5) == 0)
        hold((size_t)atoi(line + 5) << 20);
    else if (strncmp(line, "env ", 4) == 0)
        say("env %s", getenv(line + 4) ? getenv(line + 4) : "(none)");
    else if (strcmp(line, "group") == 0)
        say("pid %d parent %d group %d session %d", getpid(), getppid(), getpgrp(), getsid(0));
    else if (strcmp(line, "cgroup") == 0)
        say_cgroup();
    else if (strcmp(line, "fds") == 0)
        say_descriptors();
    else
        say("no such order: %s", line);
}

int main(int argc, char **argv)
{
    deadline();
    // A core of a crash is of no use, and its writing takes time.
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    bool hello = false, mute = false, echoes = false;
    long late = 0, noise = 0, seed = 1;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--hello") == 0)
            hello = true;
        else if (strcmp(argv[i], "--mute") == 0)
            mute = true;
        else if (strcmp(argv[i], "--echo") == 0)
            echoes = true;
        else if (strcmp(argv[i], "--ignore-term") == 0)
            signal(SIGTERM, SIG_IGN);
        else if (strcmp(argv[i], "--job") == 0 && i + 1 < argc)
            start_job(argv[++i]);
        else if (strcmp(argv[i], "--leave-late") == 0 && i + 1 < argc)
            late = atol(argv[++i]);
        else if (strcmp(argv[i], "--noise") == 0 && i + 2 < argc)
            noise = atol(argv[++i]), seed = atol(argv[++i]);
        else
            return 100;
    }
    if (hello)
        say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"hello\"}}");
    make_noise_on_stderr(noise, seed);
    if (echoes) {
        echo();
        return 0;
    }
    // Byte by byte: what follows a line stays in the pipe for whoever reads next.
    static char line[65536];
    size_t length = 0;
    for (;;) {
        ssize_t count = read(0, line + length, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        if (line[length] != '\n') {
            length += length < sizeof line - 2;
            continue;
        }
        line[length] = 0;
        length = 0;
        if (!mute)
            obey(line);
    }
    sleep_ms(late);
    while (has_job)
        pause();
    return 0;
}
