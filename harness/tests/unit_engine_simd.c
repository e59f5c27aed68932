/* Every version of a kernel gives the same bits: child processes with each word of KD_SIMD; and
 * what the words mean. */
#include "engine/engine.h"
#include "engine/simd.h"

#include "test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t mix(uint64_t h, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        h = (h ^ ((const unsigned char *)data)[i]) * 0x100000001B3u;
    return h;
}

static uint64_t mix_tensor(uint64_t h, const kd_tensor *x)
{
    return mix(h, x->data, (size_t)kd_numel(x) * sizeof(kd_real));
}

/* three steps of batch-norm, pooling and both optimisers; a hash of everything that changes */
static uint64_t work(void)
{
    kd_engine *e = kdi_engine_new();
    kd_rng rng = kdi_rng(1, KDI_STREAM_WEIGHTS, 0);
    kd_scope *root = kdi_scope_root(e, "net", &rng);
    kd_layer *bn = kd_batchnorm_new(root, "bn", 24);
    kd_tensor *p = kd_param_new(root, "p", KD_SHAPE(4, 9, 9, 24));
    kd_fill_normal(p, &rng, 1, 2);
    kdi_optim_spec adam = {
        .kind = KDI_ADAMW, .beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .weight_decay = 0.1, .clip = 1
    };
    kdi_optim_spec sgd = {
        .kind = KDI_SGD, .momentum = 0.9, .nesterov = true, .weight_decay = 0.1
    };
    kdi_optim *o[] = { kdi_optim_new(e, adam, &root, 1), kdi_optim_new(e, sgd, &root, 1) };
    uint64_t h = 0;
    for (int i = 0; i < 3; i++) {
        kdi_step_reset(e);
        kdi_zero_grads(root);
        kd_tensor *y = kd_apply_bn_act(bn, p, p, (enum kd_act)(KD_ACT_RELU + i));
        kd_tensor *pooled = kd_max_pool2d(kd_avg_pool2d(y, 3, 1, 1), 2, 2, 0);
        kd_tensor *z = kd_global_avg_pool(kd_adaptive_avg_pool2d(pooled, 3, 3));
        if (kdi_backward_from(kd_sum(kd_square(z))))
            return 0;
        kdi_optim_step(o[i % 2], 0.1, 1);
        h = mix_tensor(mix_tensor(mix_tensor(h, z), p), bn->weight);
        h = mix_tensor(mix_tensor(h, bn->mean), bn->var);
    }
    kdi_engine_free(e);
    return h;
}

static uint64_t in_child(const char *simd, int *level)
{
    int pipe_end[2];
    uint64_t answer[2] = { 0 };
    CHECK_INT(pipe(pipe_end), 0);
    pid_t child = fork();
    if (child == 0) {
        setenv("KD_SIMD", simd, 1);
        kdi_simd_limit(2); /* asked again, whatever was known before the fork */
        answer[0] = work();
        answer[1] = (uint64_t)kdi_simd_level();
        _exit(write(pipe_end[1], answer, sizeof answer) != sizeof answer);
    }
    CHECK_INT(read(pipe_end[0], answer, sizeof answer), sizeof answer);
    waitpid(child, NULL, 0);
    *level = (int)answer[1];
    return answer[0];
}

TEST("kernels give the same bits with and without vector instructions")
{
    int off, avx2, avx512;
    uint64_t plain = in_child("off", &off), narrow = in_child("avx2", &avx2);
    uint64_t wide = in_child("avx512", &avx512);
    CHECK_INT(off, 0);
    CHECK(avx2 <= 1 && avx2 <= avx512);
    CHECK(plain != 0);
    CHECK_INT(plain, narrow);
    CHECK_INT(plain, wide);
}

static void set(const char *word)
{
    if (word)
        setenv("KD_SIMD", word, 1);
    else
        unsetenv("KD_SIMD");
}

static bool new_engine_is_plain(void)
{
    kd_engine *e = kdi_engine_new();
    bool plain = e->plain;
    kdi_engine_free(e);
    return plain;
}

TEST("KD_SIMD=off alone is the portable path, and other words than three are known to be none")
{
    static const struct {
        const char *word;
        bool known, plain;
    } cases[] = { { NULL, true, false },   { "", true, false },   { "avx512", true, false },
                  { "avx2", true, false }, { "off", true, true }, { "AVX2", false, false },
                  { "on", false, false },  { "0", false, false }, { "off ", false, false } };
    const char *before = getenv("KD_SIMD");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(cases[i].word);
        const char *unknown = kdi_simd_unknown();
        CHECK(cases[i].known ? !unknown : strcmp(unknown, cases[i].word) == 0);
        CHECK(new_engine_is_plain() == cases[i].plain);
        CHECK((strcmp(kdi_simd_name(), "off") == 0) == cases[i].plain);
    }
    set(before);
}

/* the first that a process asks of oneDNN decides: in a process of its own */
static void dnn_isa_in_child(const char *simd, char *name, size_t size)
{
    int pipe_end[2];
    memset(name, 0, size);
    CHECK_INT(pipe(pipe_end), 0);
    pid_t child = fork();
    if (child == 0) {
        set(simd);
        kdi_simd_limit(2); /* asked again, whatever was known before the fork */
        const char *isa = kdi_dnn_isa();
        _exit(write(pipe_end[1], isa, strlen(isa) + 1) < 0);
    }
    CHECK(read(pipe_end[0], name, size - 1) > 0);
    waitpid(child, NULL, 0);
}

TEST("KD_SIMD=avx2 holds for oneDNN too")
{
    char narrow[64], wide[64];
    dnn_isa_in_child("avx2", narrow, sizeof narrow);
    dnn_isa_in_child("avx512", wide, sizeof wide);
    CHECK(strstr(narrow, "avx512") == NULL);
    if (kdi_dnn_version()[0] && strstr(wide, "avx512"))
        CHECK_TEXT(narrow, "avx2");
}

TEST_MAIN
