// $title
// WGSL. Decides like dither.requantize.
//
//     let threshold = ${id}_sample_rg8(matrix_texture, vec2<i32>(position.xy), frame);
//     color.r = ${id}_dithered(color.r, threshold, 2);
//
// and in a volume of r16 (of_r8, of_rg8, ... for other pixel formats); in an array with cell.xy, cell.z:
//
//     let cell = ${id}_layer(pixel, frame);
//     let threshold = ${id}_of_r16(textureLoad(matrix_texture, cell, 0).r);
//
// Row 0 is the first row of the file and of the screen. The texture holds numbers, not colours: no sRGB
// format, no compression, no mipmaps. textureLoad uses neither filter nor wrapping.

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

// Threshold from a sample of each pixel format; a grey v of 0..255 is white if v > threshold.
fn ${id}_of_r8(texel: f32) -> i32 { return i32(texel * 255.0 + 0.5); }
fn ${id}_of_rg8(texel: vec2<f32>) -> i32 {
    let bytes = vec2<i32>(texel * 255.0 + 0.5);
    return (bytes.x * 256 + bytes.y) / 257;
}
fn ${id}_of_r16(texel: f32) -> i32 { return i32(texel * 65535.0 + 0.5) / 257; }
fn ${id}_of_r16ui(texel: u32) -> i32 { return i32(texel) / 257; }
fn ${id}_of_r32f(texel: f32) -> i32 { return i32(texel * 255.0); }

fn ${id}_sample_r8(texels: texture_2d<f32>, pixel: vec2<i32>, frame: i32) -> i32 {
    return ${id}_of_r8(textureLoad(texels, ${id}_cell(pixel, frame), 0).r);
}
fn ${id}_sample_rg8(texels: texture_2d<f32>, pixel: vec2<i32>, frame: i32) -> i32 {
    return ${id}_of_rg8(textureLoad(texels, ${id}_cell(pixel, frame), 0).rg);
}
fn ${id}_sample_r16(texels: texture_2d<f32>, pixel: vec2<i32>, frame: i32) -> i32 {
    return ${id}_of_r16(textureLoad(texels, ${id}_cell(pixel, frame), 0).r);
}
fn ${id}_sample_r16ui(texels: texture_2d<u32>, pixel: vec2<i32>, frame: i32) -> i32 {
    return ${id}_of_r16ui(textureLoad(texels, ${id}_cell(pixel, frame), 0).r);
}
fn ${id}_sample_r32f(texels: texture_2d<f32>, pixel: vec2<i32>, frame: i32) -> i32 {
    return ${id}_of_r32f(textureLoad(texels, ${id}_cell(pixel, frame), 0).r);
}

// Level, 0..levels - 1, of a grey of 0..255; levels from 2 to 256.
fn ${id}_level(grey: i32, threshold: i32, levels: i32) -> i32 {
    return (grey * (levels - 1) + 254 - threshold) / 255;
}

// Dither a value of 0..1; the result is the 8-bit code of dither.requantize, divided by 255.
fn ${id}_dithered(value: f32, threshold: i32, levels: i32) -> f32 {
    let level = ${id}_level(i32(clamp(value, 0.0, 1.0) * 255.0 + 0.5), threshold, levels);
    let steps = levels - 1;
    return f32((510 * level + steps) / (2 * steps)) / 255.0;
}
