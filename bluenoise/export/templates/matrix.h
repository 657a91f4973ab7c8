/* $title
 *
 * C99 and C++. Every decision is that of dither.requantize for greys of 8 bits: a grey is white where
 * it is more than the threshold of its cell. $words
 */
#ifndef ${guard}_H
#define ${guard}_H

#include <stdint.h>

#define ${guard}_WIDTH $width
#define ${guard}_HEIGHT $height
#define ${guard}_FRAMES $frames

static const $type ${id}_codes[${guard}_FRAMES][${guard}_HEIGHT][${guard}_WIDTH] = {
$table
};

/* 0..254, for the pixel in column x and row y of a frame, all from 0. */
static inline int ${id}_threshold(unsigned x, unsigned y, unsigned frame)
{
    return ${id}_codes[frame % ${guard}_FRAMES][y % ${guard}_HEIGHT][x % ${guard}_WIDTH]$divided;
}

/* 0 or 1. */
static inline int ${id}_bit(uint8_t grey, unsigned x, unsigned y, unsigned frame)
{
    return grey > ${id}_threshold(x, y, frame);
}

/* 0..levels - 1, for 2 to 65536 levels. */
static inline int32_t ${id}_level(
    uint8_t grey, unsigned x, unsigned y, unsigned frame, int32_t levels)
{
    return (grey * (levels - 1) + 254 - ${id}_threshold(x, y, frame)) / 255;
}

#endif
