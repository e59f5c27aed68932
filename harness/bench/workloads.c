/* The workloads. 3x32x32 is CIFAR-100's protocol, 1x28x28 Fashion-MNIST's; texts have a
 * vocabulary of 20,000. Nothing is dropped, so that somebody else's step is the same. */
#include "bench/bench.h"

#include <string.h>

#define CIFAR   .channels = 3, .side = 32, .classes = 100
#define FASHION .channels = 1, .side = 28, .classes = 10
/* enough that pixels come from memory, not from the processor's cache */
#define PLAIN(s, n)      .method = "none", .student = s, .samples = 4096, .steps = n
#define FROM(m, t, s, n) .method = m, .student = s, .teacher = t, .samples = 4096, .steps = n
/* a cache of logits takes a forward pass of each sample to fill */
#define CACHED(t, s, n)                                                                            \
    .method = "kd", .student = s, .teacher = t, .samples = 512, .steps = n, .cached = true
/* WordNet's definitions have 1 to 24 words */
#define DEFINITIONS .length = 24, .shortest = 1, .classes = 38
#define TEXTS       .length = 64, .shortest = 64, .classes = 38
#define CLOUDS      .points = 256, .classes = 29
#define FEW(s, n)   .method = "none", .student = s, .samples = 512, .steps = n
#define INFER(t, n) .student = "resnet8", .teacher = t, .samples = 4096, .steps = n

const kdi_workload kdi_workloads[] = {
    { "resnet20", PLAIN("resnet20", 5), CIFAR },
    { "resnet8x4", PLAIN("resnet8x4", 3), CIFAR },
    { "resnet32x4", PLAIN("resnet32x4", 1), CIFAR },
    { "wrn_16_2", PLAIN("wrn_16_2", 3), CIFAR },
    { "mobilenetv2", PLAIN("mobilenetv2", 5), CIFAR },
    { "vgg8", PLAIN("vgg8", 3), CIFAR },
    { "vit", PLAIN("vit_p4_d4_w128_h4", 3), CIFAR },

    { "transformer", PLAIN("transformer_d2_w64_h4_p0", 3), TEXTS },
    { "textcnn", PLAIN("textcnn_w100_f100_k345_p0", 5), DEFINITIONS },

    { "pointnet", FEW("pointnet_d0", 1), CLOUDS },
    { "dgcnn", FEW("dgcnn_d0", 1), CLOUDS },

    { "kd_resnet20_resnet8", FROM("kd", "resnet20", "resnet8", 5), FASHION },
    { "kd_resnet32x4_resnet8x4", FROM("kd", "resnet32x4", "resnet8x4", 1), CIFAR },
    { "kd_wrn_40_2_wrn_16_2", FROM("kd", "wrn_40_2", "wrn_16_2", 1), CIFAR },

    { "kd_resnet20_resnet8_cached", CACHED("resnet20", "resnet8", 7), FASHION },
    { "kd_resnet32x4_resnet8x4_cached", CACHED("resnet32x4", "resnet8x4", 3), CIFAR },
    { "kd_wrn_40_2_wrn_16_2_cached", CACHED("wrn_40_2", "wrn_16_2", 3), CIFAR },

    { "at_resnet32x4_resnet8x4", FROM("at", "resnet32x4", "resnet8x4", 1), CIFAR },
    { "sp_resnet32x4_resnet8x4", FROM("sp", "resnet32x4", "resnet8x4", 1), CIFAR },
    /* the paper's number of negatives, which is meant for so many samples */
    { "crd_resnet32x4_resnet8x4", .method = "crd", .student = "resnet8x4", .teacher = "resnet32x4",
      .samples = 50000, .steps = 1, .option = { "nce_k", 16384 }, CIFAR },
    /* past the share of the run over which its terms rise from nothing */
    { "dkd_resnet32x4_resnet8x4", FROM("dkd", "resnet32x4", "resnet8x4", 1),
      .option = { "warmup", 0 }, CIFAR },

    { "infer_resnet20", INFER("resnet20", 10), FASHION },
    { "infer_resnet32x4", INFER("resnet32x4", 1), CIFAR },
    { "infer_wrn_40_2", INFER("wrn_40_2", 3), CIFAR },
    { 0 },
};

int kdi_workload_find(const char *name, const kdi_workload **out)
{
    for (*out = kdi_workloads; (*out)->name; (*out)++)
        if (strcmp((*out)->name, name) == 0)
            return KD_OK;
    return kd_error(KD_E_USAGE, "no workload '%s': kdbench bench --list shows them all", name);
}

const char *kdi_workload_input(const kdi_workload *w, kdi_arena *a)
{
    if (w->length)
        return kdi_format(a, "%lld words", (long long)w->length);
    if (w->points)
        return kdi_format(a, "%lld points", (long long)w->points);
    return kdi_format(a, "%lldx%lldx%lld", (long long)w->channels, (long long)w->side,
                      (long long)w->side);
}
