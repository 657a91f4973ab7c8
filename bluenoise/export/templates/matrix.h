/* $title
 *
 * C99 and C++. Decides like dither.requantize for 8-bit greys: a grey is white if it is above the
 * threshold of its cell. A code is the threshold for 16-bit greys; code / 257 is the one for 8 bits.
 */
#ifndef ${guard}_H
#define ${guard}_H

#include <stdint.h>

#define ${guard}_WIDTH $width
#define ${guard}_HEIGHT $height
#define ${guard}_FRAMES $frames

static const uint16_t ${id}_codes[${guard}_FRAMES][${guard}_HEIGHT][${guard}_WIDTH] = {
$table
};

/* Threshold, 0..254, of the pixel in column x and row y of a frame, all counted from 0. */
static inline int ${id}_threshold(unsigned x, unsigned y, unsigned frame)
{
    return ${id}_codes[frame % ${guard}_FRAMES][y % ${guard}_HEIGHT][x % ${guard}_WIDTH] / 257;
}

/* 1 (white) or 0 (black). */
static inline int ${id}_bit(uint8_t grey, unsigned x, unsigned y, unsigned frame)
{
    return grey > ${id}_threshold(x, y, frame);
}

/* Level, 0..levels - 1, for 2 to 65536 levels. */
static inline int32_t ${id}_level(
    uint8_t grey, unsigned x, unsigned y, unsigned frame, int32_t levels)
{
    return (grey * (levels - 1) + 254 - ${id}_threshold(x, y, frame)) / 255;
}

#endif
