// fuzzer DIRECTORY health SECONDS: asks control.sock for `health` every 5 ms, and says "asked N lost N median N us max N us"; it stops at
//     SIGTERM too.
// fuzzer DIRECTORY flood MESSAGES SEED: sends messages to both sockets of the directory, by eight processes, until so many are answered:
//     broken ones, valid ones, halves, descriptors, floods that nobody reads, connections that end in the middle of an answer, and a crowd of
//     connections. Says "sent N answers N connections N" at the end, and a line "half" when half of them are answered.
#include "common.h"
#include <sys/mman.h>

static const char *directory;
static uint64_t state;
static struct {
    long sent, answers, connections;
    bool isHalf;
} *shared;

static uint64_t roll(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int open_connection(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/%.20s", directory, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        __atomic_add_fetch(&shared->connections, 1, __ATOMIC_RELAXED);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static const char *const valid[] = {
    "{\"verb\":\"health\",\"level\":\"alive\"}\n", "{\"verb\":\"health\"}\n", "{\"verb\":\"status\",\"names\":[\"kept\"]}\n",
    "{\"verb\":\"status\"}\n", "{\"verb\":\"events\",\"since\":1000000}\n", "{\"verb\":\"ps\"}\n", "{\"verb\":\"metrics\"}\n",
    "{\"verb\":\"status\",\"names\":[\"none\"]}\n", "{\"verb\":\"logs\",\"lines\":3}\n",
};
static const char *const broken[] = {
    "\n", "{}\n", "[]\n", "null\n", "{\"verb\":\n", "{\"verb\":\"status\"\n", "{\"verb\":7}\n", "{\"verb\":\"nothing\"}\n",
    "{\"verb\":\"status\",\"names\":7}\n", "{\"verb\":\"status\",\"names\":[\"\\ud800\"]}\n", "{\"verb\":\"events\",\"since\":-1}\n",
    "{\"verb\":\"events\",\"since\":99999999999999999999999}\n", "{\"verb\":\"stop\"}\n", "{\"verb\":\"stop\",\"names\":[]}\n",
    "{\"verb\":\"signal\",\"names\":[\"kept\"],\"signal\":\"SIGNOTHING\"}\n", "\xff\xfe\xfd\n", "{\"verb\":\"\xff\"}\n",
    "{\"verb\":\"place\",\"pid\":1}\n", "{\"verb\":\"idle\",\"idle\":true}\n", "GET / HTTP/1.1\r\n", "\x7f" "ELF\x02\x01\n",
    "{\"verb\":\"launch\",\"name\":\"../../etc\",\"program\":\"npx\"}\n", "{\"verb\":\"stop\",\"names\":[\"nobody-has-this\"]}\n",
};

// One line into the room; its length.
static size_t line(char *room)
{
    unsigned kind = roll() % 100;
    size_t length;
    if (kind < 35) {
        const char *from = valid[(roll() >> 8) % (sizeof valid / sizeof *valid)];
        length = strlen(from);
        memcpy(room, from, length);
    } else if (kind < 75) {
        const char *from = broken[roll() % (sizeof broken / sizeof *broken)];
        length = strlen(from);
        memcpy(room, from, length);
    } else if (kind < 85) { // A valid one with some bytes changed.
        const char *from = valid[roll() % (sizeof valid / sizeof *valid)];
        length = strlen(from);
        memcpy(room, from, length);
        for (int changes = 1 + roll() % 3; changes > 0; changes--)
            room[roll() % (length - 1)] = roll();
    } else if (kind < 92) { // Nested deeply.
        size_t depth = 1 + roll() % 4000;
        memcpy(room, "{\"verb\":\"status\",\"x\":", 21);
        memset(room + 21, roll() % 2 ? '[' : '{', depth);
        length = 21 + depth;
        room[length++] = '\n';
    } else { // Bytes of any kind.
        length = 1 + roll() % 300;
        for (size_t at = 0; at < length; at++)
            room[at] = roll();
        room[length - 1] = '\n';
    }
    return length;
}

static void count_answers(const char *text, ssize_t length)
{
    long answers = 0;
    for (ssize_t at = 0; at + 12 < length; at++)
        answers += text[at] == '{' && memcmp(text + at, "{\"row\":\"end\"", 12) == 0;
    __atomic_add_fetch(&shared->answers, answers, __ATOMIC_RELAXED);
}

// False at the end of the connection.
static bool take_answers(int fd, int wait_ms)
{
    static char text[1 << 16];
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    while (poll(&readable, 1, wait_ms) > 0) {
        ssize_t count = recv(fd, text, sizeof text, MSG_DONTWAIT);
        if (count <= 0)
            return count < 0 && errno == EAGAIN;
        count_answers(text, count);
        wait_ms = 0;
    }
    return true;
}

static void give_descriptor(int fd)
{
    int pipes[2];
    if (pipe(pipes) < 0)
        return;
    char control[CMSG_SPACE(sizeof pipes)] = {0};
    struct iovec part = {(void *)valid[0], strlen(valid[0])};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof pipes)};
    memcpy(CMSG_DATA(head), pipes, sizeof pipes);
    sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (roll() % 4 == 0 ? MSG_OOB : 0));
    close(pipes[0]);
    close(pipes[1]);
}

static void crowd(const char *name)
{
    static int open[1000];
    int count = 0;
    for (; count < 1000; count++)
        if ((open[count] = open_connection(name)) < 0)
            break;
    sleep_ms(50);
    while (count > 0)
        close(open[--count]);
}

static void worker(int number, long most)
{
    static char batch[1 << 17];
    const char *name = number % 4 == 3 ? "launch.sock" : "control.sock";
    if (number == 7 && (setgid(65534) < 0 || setuid(65534) < 0))
        fail("setuid");
    state = state * 2654435761u + number * 97 + 1;
    for (long turn = 0; __atomic_load_n(&shared->answers, __ATOMIC_RELAXED) < most; turn++) {
        if (number == 7 && turn % 500 == 0)
            crowd(name);
        int fd = open_connection(name);
        if (fd < 0) {
            sleep_ms(1);
            continue;
        }
        unsigned way = roll() % 40;
        if (way == 0)
            give_descriptor(fd);
        if (way == 1) { // A line without an end.
            memset(batch, 'x', sizeof batch);
            send(fd, batch, sizeof batch, MSG_NOSIGNAL | MSG_DONTWAIT);
            take_answers(fd, 5);
        }
        bool isReading = way != 2 && way != 3;
        int batches = number % 4 == 3 ? 2 : 12;
        for (int at = 0; at < batches; at++) {
            size_t length = 0;
            int lines = number % 4 == 3 ? 1 : 1 + roll() % 20;
            for (int added = 0; added < lines; added++)
                length += line(batch + length);
            if (way == 4)
                length -= 1 + roll() % length / 2;
            if (send(fd, batch, length, MSG_NOSIGNAL | (isReading ? 0 : MSG_DONTWAIT)) < 0)
                break;
            __atomic_add_fetch(&shared->sent, lines, __ATOMIC_RELAXED);
            if (__atomic_load_n(&shared->answers, __ATOMIC_RELAXED) > most / 2 && !__atomic_exchange_n(&shared->isHalf, true, __ATOMIC_RELAXED))
                say("half");
            // A third goes in the middle of the answers.
            if (isReading && !take_answers(fd, at == batches - 1 && way % 3 == 0 ? 0 : 20))
                break;
        }
        close(fd);
    }
    exit(0);
}

static void flood(long most)
{
    int pids[8];
    for (int number = 0; number < 8; number++)
        if ((pids[number] = fork()) == 0)
            worker(number, most);
    for (int number = 0; number < 8; number++)
        waitpid(pids[number], NULL, 0);
    say("sent %ld answers %ld connections %ld", shared->sent, shared->answers, shared->connections);
}

static volatile bool isStopped;

static void stop(int number) { isStopped = number > 0; }

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void health(int seconds)
{
    static int took[100000];
    int asked = 0, lost = 0, fd = open_connection("control.sock");
    signal(SIGTERM, stop);
    for (int64_t end = now_ms() + seconds * 1000LL; !isStopped && now_ms() < end && asked < 100000; sleep_ms(5)) {
        struct timespec before, after;
        char text[4096];
        bool isAnswered = false;
        clock_gettime(CLOCK_MONOTONIC, &before);
        // A connection that was idle may have been closed: then the question was not asked.
        if (fd < 0 || send(fd, valid[0], strlen(valid[0]), MSG_NOSIGNAL) < 0) {
            close(fd);
            fd = open_connection("control.sock");
            continue;
        }
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        while (!isAnswered && poll(&readable, 1, 10000) > 0) {
            ssize_t count = recv(fd, text, sizeof text, 0);
            if (count <= 0)
                break;
            isAnswered = text[count - 1] == '\n';
        }
        clock_gettime(CLOCK_MONOTONIC, &after);
        // The signal that ends this process has ended the wait as well.
        if (!isAnswered && isStopped)
            break;
        if (!isAnswered) {
            lost++;
            close(fd);
            fd = open_connection("control.sock");
        }
        took[asked++] = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    }
    qsort(took, asked, sizeof *took, compare);
    say("asked %d lost %d median %d us p99 %d us max %d us", asked, lost, took[asked / 2], took[asked * 99 / 100], took[asked - 1]);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 100;
    alarm(280);
    struct rlimit many = {4096, 4096};
    setrlimit(RLIMIT_NOFILE, &many);
    directory = argv[1];
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (strcmp(argv[2], "health") == 0)
        health(atoi(argv[3]));
    else {
        state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
        flood(atol(argv[3]));
    }
}
