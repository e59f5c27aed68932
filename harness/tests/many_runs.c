/* many_runs FROM TO N: a folder of runs as a sweep with N times as many seeds would leave it: every
 * student of FROM's sweep N times, each with a seed and a hash of its own and properly sealed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/system.h"
#include "store/store.h"

static void need(int code)
{
    if (code == KD_OK)
        return;
    fprintf(stderr, "many_runs: %s\n", kd_error_message());
    exit(1);
}

static void wrong(const char *what, const char *line)
{
    fprintf(stderr, "many_runs: no %s in: %.80s\n", what, line);
    exit(1);
}

/* the value of "key": in a line of the sweep, up to one of `end` */
static const char *field(kdi_arena *a, const char *line, const char *key, const char *end)
{
    const char *at = strstr(line, key);
    if (!at)
        wrong(key, line);
    at += strlen(key);
    return kdi_format(a, "%.*s", (int)strcspn(at, end), at);
}

/* text with one value of a key in place of another */
static const char *with(kdi_arena *a, const char *text, const char *key, const char *value,
                        const char *end)
{
    const char *at = strstr(text, key);
    if (!at)
        wrong(key, text);
    size_t front = (size_t)(at - text) + strlen(key);
    return kdi_format(a, "%.*s%s%s", (int)front, text, value,
                      text + front + strcspn(text + front, end));
}

/* {"spec":...} of a line, without the line's own last brace */
static const char *spec_of(kdi_arena *a, const char *line)
{
    const char *at = strstr(line, "\"spec\":");
    if (!at)
        wrong("spec", line);
    at += strlen("\"spec\":");
    return kdi_format(a, "%.*s", (int)strlen(at) - 1, at);
}

static const char *folder_of(kdi_arena *a, const char *root, const kd_value *spec,
                             const char *method, const char *hash)
{
    return kdi_format(a, "%s/%s/%s/%s/seed%lld-%.12s", root, kd_get_text(spec, "dataset", "?"),
                      method, kd_get_text(spec, "pair", "?"),
                      (long long)kd_get_int(spec, "seed", 0), hash);
}

static const kd_value *spec_group(const kd_value *run)
{
    const kd_value *spec;
    need(kd_need_map(run, "spec", &spec));
    return spec;
}

static void write_run(kdi_arena *a, const char *folder, const kd_value *run)
{
    need(kdi_make_folders(folder));
    need(kdi_run_write(kdi_format(a, "%s/run.h5", folder), run));
}

/* the seed-th copy of a student; its tree is altered in place */
static void copy(kdi_arena *a, FILE *sweep, const char *line, kd_value *run, int seed,
                 const char *to)
{
    char hash[KDI_SHA256_HEX];
    kd_value *spec = (kd_value *)spec_group(run);
    const char *number = kdi_format(a, "%d", seed), *head;
    const char *text = with(a, spec_of(a, line), "\"seed\":", number, ",}");
    kdi_sha256(text, strlen(text), hash);
    head = kdi_format(a, "%.*s", (int)(strstr(line, "\"spec\":") - line), line);
    fprintf(sweep, "%s\"spec\":%s}\n", with(a, head, "\"hash\":\"", hash, "\""), text);
    kd_set_text(spec, "json", text);
    kd_set_int(spec, "seed", seed);
    write_run(a, folder_of(a, to, spec, kd_get_text(spec, "method", "?"), hash), run);
}

static void carry_over(FILE *sweep, const char *line, const char *from, const char *to, int n)
{
    kdi_arena *a = kdi_arena_new("line");
    const char *kind = field(a, line, "\"kind\":\"", "\"");
    const char *hash = field(a, line, "\"hash\":\"", "\"");
    bool student = strcmp(kind, "student") == 0;
    const char *text = spec_of(a, line), *data, *method, *pair, *seed;
    data = field(a, strstr(text, "\"dataset\":"), "\"name\":\"", "\"");
    method = student ? field(a, strstr(text, "\"method\":"), "\"name\":\"", "\"") : kind;
    pair = field(a, text, "\"pair\":\"", "\"");
    seed = field(a, text, "\"seed\":", ",}");
    const char *below = kdi_format(a, "%s/%s/%s/seed%s-%.12s", data, method, pair, seed, hash);
    kd_value *run;
    need(kdi_run_read(kdi_format(a, "%s/%s/run.h5", from, below), NULL, a, &run));
    if (!student) {
        fprintf(sweep, "%s\n", line);
        write_run(a, kdi_format(a, "%s/%s", to, below), run);
    }
    for (int i = 0; student && i < n; i++) {
        kdi_arena *own = kdi_arena_new("copy");
        copy(own, sweep, line, run, 100000 * (atoi(seed) + 1) + i, to);
        kdi_arena_free(own);
    }
    kdi_arena_free(a);
}

int main(int argc, char **argv)
{
    static char line[1 << 20];
    if (argc != 4) {
        fprintf(stderr, "usage: many_runs FROM TO N\n");
        return 2;
    }
    kdi_arena *a = kdi_arena_new("main");
    need(kdi_make_folders(argv[2]));
    FILE *in = fopen(kdi_format(a, "%s/sweep.jsonl", argv[1]), "r");
    FILE *out = fopen(kdi_format(a, "%s/sweep.jsonl", argv[2]), "w");
    if (!in || !out || !fgets(line, sizeof line, in)) {
        fprintf(stderr, "many_runs: no sweep in %s, or cannot write to %s\n", argv[1], argv[2]);
        return 1;
    }
    fputs(line, out);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        carry_over(out, line, argv[1], argv[2], atoi(argv[3]));
    }
    fclose(in);
    kdi_arena_free(a);
    return fclose(out) != 0;
}
