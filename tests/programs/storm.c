// storm PID NUMBER: sends a signal without end; a real-time one queues up each time.
#include "common.h"

int main(int argc, char **argv)
{
    deadline();
    if (argc != 3)
        return 100;
    int pid = atoi(argv[1]), number = atoi(argv[2]);
    while (kill(pid, number) == 0 || errno == EAGAIN)
        continue;
    fail("kill");
}
