/*
 * measure REPORT COMMAND...: runs the command once with its output thrown away and writes a line to the file REPORT:
 * exit status, wall time and CPU time in microseconds, peak memory in KiB.
 *
 * A program of its own, because the peak memory of a process counts from before its exec: measured from a large
 * parent it is the parent's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long timeval_us(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

static void become(char **command)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    execvp(command[0], command);
    _exit(127);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s REPORT COMMAND...\n", argv[0]);
        return 2;
    }
    long long start = now_us();
    pid_t child = fork();
    if (child == 0)
        become(argv + 2);
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror(argv[0]);
        return 1;
    }
    long long wall = now_us() - start;
    FILE *report = fopen(argv[1], "w");
    if (!report) {
        perror(argv[1]);
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(report, "%d %lld %lld %ld\n", code, wall, timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime),
            usage.ru_maxrss);
    return fclose(report) != 0;
}
