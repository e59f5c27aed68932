/* toy_data.h - data sets of four classes made by formulas, for whole runs in checks. */
#ifndef KDI_TOY_DATA_H
#define KDI_TOY_DATA_H

#include <kd/dataset.h>

enum { KDI_TOY_CLASSES = 4, KDI_TOY_TRAIN = 80, KDI_TOY_TEST = 24 };
enum { KDI_TOY_SIDE = 8, KDI_TOY_CHANNELS = 3 }; /* images */
enum { KDI_TOY_LENGTH = 8, KDI_TOY_WORDS = 20 }; /* texts: tokens of one, words there are */
enum { KDI_TOY_POINTS = 24 };                    /* clouds */

extern const kd_dataset_class kdi_toy_waves;  /* images: a wave whose direction tells the class */
extern const kd_dataset_class kdi_toy_words;  /* texts: each class has words it likes */
extern const kd_dataset_class kdi_toy_clouds; /* points on four kinds of surfaces */

#endif
