// $title
// HLSL, shader model 4 and later. Decodes a noise texture of values.
//
//     $vector value = ${id}_of_unorm8(noise.Load(int3(${id}_cell(int2(position.xy), frame), 0)));
//
// in a flipbook or a plane; in an array or a volume: noise.Load(int4(${id}_layer(pixel, frame), 0)).
//
// of_unorm8 decodes rg8 and rgba8, of_unorm10 rgb10a2, of_unorm16 r16, rg16 and rgba16, of_float rgba16f and
// r32f. Row 0 is the first row of the file; Unity stores the last row first: pass int2(x, height - 1 - y)
// there. The texture holds numbers, not colours: UNORM, not SNORM; no sRGB, no compression, no mipmaps. Load
// uses neither filter nor wrapping.

static const int2 ${id}_size = int2($width, $height);
static const int ${id}_frames = $frames;
static const int ${id}_columns = $columns; // of the flipbook

// Texel of a pixel; coordinates may be negative.
int2 ${id}_cell(int2 pixel, int frame) {
    int2 cell = (pixel % ${id}_size + ${id}_size) % ${id}_size;
    int place = frame % ${id}_frames;
    return cell + ${id}_size * int2(place % ${id}_columns, place / ${id}_columns);
}

// The same in an array with a layer per frame, or a volume with a slice per frame: column, row, frame.
int3 ${id}_layer(int2 pixel, int frame) {
    return int3((pixel % ${id}_size + ${id}_size) % ${id}_size, frame % ${id}_frames);
}

// Value from a sample of each group of pixel formats.
$vector ${id}_of_unorm8(float4 texel) { return $unit(texel.$parts * $scale8 + $offset8); }
$vector ${id}_of_unorm10(float4 texel) { return $unit(texel.$parts * $scale10 + $offset10); }
$vector ${id}_of_unorm16(float4 texel) { return $unit(texel.$parts * $scale16 + $offset16); }
$vector ${id}_of_float(float4 texel) { return $unit(texel.$parts); }
//[ unit sphere

// Unit vector from a sample of octahedral8 or octahedral16.
float3 ${id}_of_octahedral(float4 texel) {
    float2 place = texel.rg * 2.0 - 1.0;
    float up = 1.0 - abs(place.x) - abs(place.y);
    float fold = max(-up, 0.0);
    place.x += place.x >= 0.0 ? -fold : fold;
    place.y += place.y >= 0.0 ? -fold : fold;
    return normalize(float3(place, up));
}
//]
//[ pdf

// Density with which the value was drawn.
float ${id}_pdf_of_unorm(float4 texel) { return texel.a * $pdf_range; }
float ${id}_pdf_of_float(float4 texel) { return texel.a; }
//]
//[ scalar plane

// Another frame of as good a plane: shift by the golden ratio, around the end.
float ${id}_animated(float value, int frame) {
    return frac(value + frac(float(frame) * 0.61803399));
}
//]
//[ circle plane

// Another frame of as good a plane: rotate by the golden angle, 2.39996323 = 6.28318531 * 0.38196601.
float2 ${id}_animated(float2 value, int frame) {
    float angle = 6.28318531 * frac(float(frame) * 0.38196601);
    float c = cos(angle), s = sin(angle);
    return float2(c * value.x - s * value.y, s * value.x + c * value.y);
}
//]
