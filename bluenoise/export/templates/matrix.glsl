// $title
// GLSL 1.30 and later, GLSL ES 3.00 and later. Decides like dither.requantize.
//
//     int threshold = ${id}_sample_rg8(matrix, ivec2(gl_FragCoord.xy), frame);
//     color.r = ${id}_dithered(color.r, threshold, 2);
//
// and in an array or a volume of r16 (of_r8, of_rg8, ... for other pixel formats):
//
//     int threshold = ${id}_of_r16(texelFetch(matrix, ${id}_layer(pixel, frame), 0).r);
//
// Row 0 is the first row of the file. gl_FragCoord counts rows from the bottom: if the image's first row is
// at the top, pass ivec2(x, height - 1 - y). The texture holds numbers, not colours: no sRGB, no
// compression, no mipmaps. texelFetch uses neither filter nor wrapping.
#ifdef GL_ES
precision highp int;
precision highp float;
precision highp sampler2D;
precision highp usampler2D;
precision highp sampler2DArray;
precision highp sampler3D;
#endif

const ivec2 ${id}_size = ivec2($width, $height);
const int ${id}_frames = $frames;
const int ${id}_columns = $columns; // of the flipbook

// Texel of a pixel; coordinates may be negative.
ivec2 ${id}_cell(ivec2 pixel, int frame) {
    ivec2 cell = (pixel % ${id}_size + ${id}_size) % ${id}_size;
    int place = frame % ${id}_frames;
    return cell + ${id}_size * ivec2(place % ${id}_columns, place / ${id}_columns);
}

// The same in an array with a layer per frame, or a volume with a slice per frame: column, row, frame.
ivec3 ${id}_layer(ivec2 pixel, int frame) {
    return ivec3((pixel % ${id}_size + ${id}_size) % ${id}_size, frame % ${id}_frames);
}

// Threshold from a sample of each pixel format; a grey v of 0..255 is white if v > threshold.
int ${id}_of_r8(float texel) { return int(texel * 255.0 + 0.5); }
int ${id}_of_rg8(vec2 texel) {
    ivec2 bytes = ivec2(texel * 255.0 + 0.5);
    return (bytes.x * 256 + bytes.y) / 257;
}
int ${id}_of_r16(float texel) { return int(texel * 65535.0 + 0.5) / 257; }
int ${id}_of_r16ui(uint texel) { return int(texel) / 257; }
int ${id}_of_r32f(float texel) { return int(texel * 255.0); }

int ${id}_sample_r8(sampler2D matrix, ivec2 pixel, int frame) {
    return ${id}_of_r8(texelFetch(matrix, ${id}_cell(pixel, frame), 0).r);
}
int ${id}_sample_rg8(sampler2D matrix, ivec2 pixel, int frame) {
    return ${id}_of_rg8(texelFetch(matrix, ${id}_cell(pixel, frame), 0).rg);
}
int ${id}_sample_r16(sampler2D matrix, ivec2 pixel, int frame) {
    return ${id}_of_r16(texelFetch(matrix, ${id}_cell(pixel, frame), 0).r);
}
int ${id}_sample_r16ui(usampler2D matrix, ivec2 pixel, int frame) {
    return ${id}_of_r16ui(texelFetch(matrix, ${id}_cell(pixel, frame), 0).r);
}
int ${id}_sample_r32f(sampler2D matrix, ivec2 pixel, int frame) {
    return ${id}_of_r32f(texelFetch(matrix, ${id}_cell(pixel, frame), 0).r);
}

// Level, 0..levels - 1, of a grey of 0..255; levels from 2 to 256.
int ${id}_level(int grey, int threshold, int levels) {
    return (grey * (levels - 1) + 254 - threshold) / 255;
}

// Dither a value of 0..1; the result is the 8-bit code of dither.requantize, divided by 255.
float ${id}_dithered(float value, int threshold, int levels) {
    int level = ${id}_level(int(clamp(value, 0.0, 1.0) * 255.0 + 0.5), threshold, levels);
    int steps = levels - 1;
    return float((510 * level + steps) / (2 * steps)) / 255.0;
}
