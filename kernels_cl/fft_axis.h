/* One axis of the padded grid, in C11 and OpenCL C: plain ints with the same layout in both. */
#ifndef DVK_FFT_AXIS_H
#define DVK_FFT_AXIS_H

#define DVK_FFT_STAGES 14

typedef struct dvk_fft_axis {
    int length; /* complex points of the transform */
    int stages;
    int radix[DVK_FFT_STAGES]; /* 2, 3, 4 or 5; their product is the length */
} dvk_fft_axis;

#endif
