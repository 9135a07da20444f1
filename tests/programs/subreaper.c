// subreaper PROGRAM [ARGUMENT...]: becomes a subreaper, then PROGRAM.
#include "common.h"

int main(int argc, char **argv)
{
    if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return 100;
    execv(argv[1], argv + 1);
    fail(argv[1]);
}
