/* What stands in for libFuzzer in every ordinary build: each file of a folder goes through the
 * entry point once. Promises that do not hold abort. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 20 };

static void run_file(const char *folder, const char *name, uint8_t *data)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "rb");
    if (!in) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    size_t n = fread(data, 1, ROOM, in);
    fclose(in);
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees one byte too many */
    for (size_t i = 0; i < n; i++)
        exact[i] = data[i];
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

int main(int argc, char **argv)
{
    static uint8_t data[ROOM];
    DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
    int files = 0;
    if (!d) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            run_file(argv[1], e->d_name, data);
            files++;
        }
    closedir(d);
    printf("%d inputs of %s\n", files, argv[1]);
    return files ? 0 : 1;
}
