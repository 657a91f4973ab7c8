// $title
// WGSL. Decodes a noise texture of values.
//
//     let value = ${id}_of_unorm8(textureLoad(noise, ${id}_cell(vec2<i32>(position.xy), frame), 0));
//
// in a flipbook or a plane. With let cell = ${id}_layer(pixel, frame): textureLoad(noise, cell.xy, cell.z, 0) in
// an array, textureLoad(noise, cell, 0) in a volume.
//
// of_unorm8 decodes rg8 and rgba8, of_unorm10 rgb10a2, of_unorm16 r16, rg16 and rgba16, of_float rgba16f and
// r32f. Row 0 is the first row of the file and of the screen. The texture holds numbers, not colours: UNORM,
// not SNORM; no sRGB, no compression, no mipmaps. textureLoad uses neither filter nor wrapping.

const ${id}_size = vec2<i32>($width, $height);
const ${id}_frames: i32 = $frames;
const ${id}_columns: i32 = $columns; // of the flipbook

// Texel of a pixel; coordinates may be negative.
fn ${id}_cell(pixel: vec2<i32>, frame: i32) -> vec2<i32> {
    let cell = (pixel % ${id}_size + ${id}_size) % ${id}_size;
    let place = frame % ${id}_frames;
    return cell + ${id}_size * vec2<i32>(place % ${id}_columns, place / ${id}_columns);
}

// The same in an array with a layer per frame, or a volume with a slice per frame: column, row, frame.
fn ${id}_layer(pixel: vec2<i32>, frame: i32) -> vec3<i32> {
    return vec3<i32>((pixel % ${id}_size + ${id}_size) % ${id}_size, frame % ${id}_frames);
}

// Value from a sample of each group of pixel formats.
fn ${id}_of_unorm8(texel: vec4<f32>) -> $vector { return $unit(texel.$parts * $scale8 + $offset8); }
fn ${id}_of_unorm10(texel: vec4<f32>) -> $vector { return $unit(texel.$parts * $scale10 + $offset10); }
fn ${id}_of_unorm16(texel: vec4<f32>) -> $vector { return $unit(texel.$parts * $scale16 + $offset16); }
fn ${id}_of_float(texel: vec4<f32>) -> $vector { return $unit(texel.$parts); }
//[ unit sphere

// Unit vector from a sample of octahedral8 or octahedral16.
fn ${id}_of_octahedral(texel: vec4<f32>) -> vec3<f32> {
    let place = texel.rg * 2.0 - 1.0;
    let up = 1.0 - abs(place.x) - abs(place.y);
    let fold = max(-up, 0.0);
    let folded = place + select(vec2<f32>(fold), vec2<f32>(-fold), place >= vec2<f32>(0.0));
    return normalize(vec3<f32>(folded, up));
}
//]
//[ pdf

// Density with which the value was drawn.
fn ${id}_pdf_of_unorm(texel: vec4<f32>) -> f32 { return texel.a * $pdf_range; }
fn ${id}_pdf_of_float(texel: vec4<f32>) -> f32 { return texel.a; }
//]
//[ scalar plane

// Another frame of as good a plane: shift by the golden ratio, around the end.
fn ${id}_animated(value: f32, frame: i32) -> f32 {
    return fract(value + fract(f32(frame) * 0.61803399));
}
//]
//[ circle plane

// Another frame of as good a plane: rotate by the golden angle, 2.39996323 = 6.28318531 * 0.38196601.
fn ${id}_animated(value: vec2<f32>, frame: i32) -> vec2<f32> {
    let angle = 6.28318531 * fract(f32(frame) * 0.38196601);
    return vec2<f32>(cos(angle) * value.x - sin(angle) * value.y, sin(angle) * value.x + cos(angle) * value.y);
}
//]
