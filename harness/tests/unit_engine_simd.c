/* Every version of a kernel gives the same bits: a child process with KD_SIMD=off against one
 * without. */
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
    int off, on;
    uint64_t plain = in_child("off", &off), fast = in_child("on", &on);
    CHECK_INT(off, 0);
    CHECK(on >= off);
    CHECK(plain != 0);
    CHECK_INT(plain, fast);
}

TEST_MAIN
