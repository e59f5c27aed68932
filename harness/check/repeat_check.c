/* Point 6: a run repeats bit for bit, and one that was saved and loaded half-way ends with the same
 * bits as one that was not: weights, optimiser, method, curves. */
#include "check/toy.h"
#include "check/verdict.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what must repeat: all of a checkpoint but its clocks --------------------------------- */

static bool is_clock(const char *key)
{
    const char *end = strrchr(key, '_');
    return end && strcmp(end, "_seconds") == 0;
}

static kd_value *exact_state(kdi_trainer *t, kdi_arena *a)
{
    kd_value *all = kdi_trainer_state(t, a), *exact = kd_map(a);
    for (int64_t i = 0; i < all->n; i++)
        if (!is_clock(all->key[i]))
            kd_set(exact, all->key[i], all->item[i]);
    return exact;
}

/* checksums of each part, so that a difference can be named */
typedef struct fingerprint {
    int n;
    struct {
        const char *key;
        char hex[KDI_SHA256_HEX];
    } part[16];
} fingerprint;

static int take(kdi_trainer *t, kdi_arena *a, fingerprint *out)
{
    kd_value *state = exact_state(t, a);
    *out = (fingerprint){ .n = 0 };
    for (int64_t i = 0; i < state->n && out->n < 16; i++) {
        kd_value *one = kd_map(a);
        kd_set(one, state->key[i], state->item[i]);
        out->part[out->n].key = state->key[i];
        KD_TRY(kdi_tree_sha256(one, out->part[out->n++].hex));
    }
    return KD_OK;
}

static void compare(const fingerprint *a, const fingerprint *b, const char *what, kdi_verdict *v)
{
    for (int i = 0; i < a->n; i++)
        if (b->n != a->n || strcmp(a->part[i].hex, b->part[i].hex) != 0)
            kdi_fault(v, "%s: %s differs", what, a->part[i].key);
}

/* ---- the runs -------------------------------------------------------------------------------- */

enum { HALF = KDI_TOY_EPOCHS / 2 };

static int run_through(const kd_method *m, kdi_verdict *v, fingerprint *half, fingerprint *end)
{
    kdi_trainer *t;
    KD_TRY(kdi_toy_open(&t, m, NULL, v->arena));
    int code = kdi_toy_train(t, HALF);
    if (code == KD_OK)
        code = take(t, v->arena, half);
    if (code == KD_OK)
        code = kdi_toy_train(t, KDI_TOY_EPOCHS - HALF);
    if (code == KD_OK)
        code = take(t, v->arena, end);
    kdi_toy_close(t);
    return code;
}

static int run_half(const kd_method *m, const char *path, kdi_verdict *v, fingerprint *half)
{
    kdi_trainer *t;
    KD_TRY(kdi_toy_open(&t, m, NULL, v->arena));
    int code = kdi_toy_train(t, HALF);
    if (code == KD_OK)
        code = take(t, v->arena, half);
    if (code == KD_OK)
        code = kdi_checkpoint_write(path, kdi_trainer_state(t, v->arena));
    kdi_toy_close(t);
    return code;
}

static int run_rest(const kd_method *m, const char *path, kdi_verdict *v, fingerprint *end)
{
    kdi_trainer *t;
    kd_value *state;
    KD_TRY(kdi_checkpoint_read(path, v->arena, &state));
    KD_TRY(kdi_toy_open(&t, m, NULL, v->arena));
    int code = kdi_trainer_restore(t, state);
    if (code == KD_OK)
        code = kdi_toy_train(t, KDI_TOY_EPOCHS - HALF);
    if (code == KD_OK)
        code = take(t, v->arena, end);
    kdi_toy_close(t);
    return code;
}

static int run_all(const kd_method *m, const char *path, kdi_verdict *v)
{
    fingerprint half[2], end[2];
    KD_TRY(run_through(m, v, &half[0], &end[0]));
    KD_TRY(run_half(m, path, v, &half[1]));
    compare(&half[0], &half[1], "the same seed again", v);
    KD_TRY(run_rest(m, path, v, &end[1]));
    compare(&end[0], &end[1], "saved and loaded after half of the epochs", v);
    return KD_OK;
}

void kdi_point_repeat(const kd_method *m, kdi_verdict *v)
{
    const char *folder = getenv("TMPDIR");
    char *path = kdi_format(v->arena, "%s/kdbench-check-XXXXXX", folder ? folder : "/tmp");
    if (!mkdtemp(path)) {
        kdi_fault(v, "cannot make a folder for the checkpoint: %s", path);
        return;
    }
    const char *file = kdi_format(v->arena, "%s/checkpoint.h5", path);
    if (run_all(m, file, v) != KD_OK)
        kdi_fault(v, "%s", kdi_taken_error(v));
    unlink(file);
    rmdir(path);
}
