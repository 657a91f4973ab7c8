// $title
// GLSL 1.30 and later, GLSL ES 3.00 and later. Decodes a noise texture of values.
//
//     $vector value = ${id}_of_unorm8(texelFetch(noise, ${id}_cell(ivec2(gl_FragCoord.xy), frame), 0));
//
// in a flipbook or a plane; in an array or a volume, replace cell by layer.
//
// of_unorm8 decodes rg8 and rgba8, of_unorm10 rgb10a2, of_unorm16 r16, rg16 and rgba16, of_float rgba16f and
// r32f. Row 0 is the first row of the file; gl_FragCoord counts rows from the bottom: pass
// ivec2(x, height - 1 - y) to count from the top. The texture holds numbers, not colours: UNORM, not SNORM;
// no sRGB, no compression, no mipmaps. texelFetch uses neither filter nor wrapping.
#ifdef GL_ES
precision highp int;
precision highp float;
precision highp sampler2D;
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

// Value from a sample of each group of pixel formats.
$vector ${id}_of_unorm8(vec4 texel) { return $unit(texel.$parts * $scale8 + $offset8); }
$vector ${id}_of_unorm10(vec4 texel) { return $unit(texel.$parts * $scale10 + $offset10); }
$vector ${id}_of_unorm16(vec4 texel) { return $unit(texel.$parts * $scale16 + $offset16); }
$vector ${id}_of_float(vec4 texel) { return $unit(texel.$parts); }
//[ unit sphere

// Unit vector from a sample of octahedral8 or octahedral16.
vec3 ${id}_of_octahedral(vec4 texel) {
    vec2 place = texel.rg * 2.0 - 1.0;
    float up = 1.0 - abs(place.x) - abs(place.y);
    float fold = max(-up, 0.0);
    place.x += place.x >= 0.0 ? -fold : fold;
    place.y += place.y >= 0.0 ? -fold : fold;
    return normalize(vec3(place, up));
}
//]
//[ pdf

// Density with which the value was drawn.
float ${id}_pdf_of_unorm(vec4 texel) { return texel.a * $pdf_range; }
float ${id}_pdf_of_float(vec4 texel) { return texel.a; }
//]
//[ scalar plane

// Another frame of as good a plane: shift by the golden ratio, around the end.
float ${id}_animated(float value, int frame) {
    return fract(value + fract(float(frame) * 0.61803399));
}
//]
//[ circle plane

// Another frame of as good a plane: rotate by the golden angle, 2.39996323 = 6.28318531 * 0.38196601.
vec2 ${id}_animated(vec2 value, int frame) {
    float angle = 6.28318531 * fract(float(frame) * 0.38196601);
    float c = cos(angle), s = sin(angle);
    return vec2(c * value.x - s * value.y, s * value.x + c * value.y);
}
//]
