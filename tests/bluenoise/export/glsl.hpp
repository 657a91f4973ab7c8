// As much of GLSL and HLSL as the snippets speak, for a compiler of C++: what they compute is then run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

typedef unsigned int uint;

struct ivec2 {
    int x, y;
    ivec2(int a, int b) : x(a), y(b) {}
    template <typename V> explicit ivec2(V v) : x(int(v.x)), y(int(v.y)) {}
};
inline ivec2 operator+(ivec2 a, ivec2 b) { return ivec2(a.x + b.x, a.y + b.y); }
inline ivec2 operator%(ivec2 a, ivec2 b) { return ivec2(a.x % b.x, a.y % b.y); }
inline ivec2 operator*(ivec2 a, ivec2 b) { return ivec2(a.x * b.x, a.y * b.y); }
struct vec2 {
    float x, y;
};
inline vec2 operator*(vec2 a, float b) { return {a.x * b, a.y * b}; }
inline vec2 operator+(vec2 a, float b) { return {a.x + b, a.y + b}; }
struct int3 {
    int x, y, z;
    int3(ivec2 v, int level) : x(v.x), y(v.y), z(level) {}
};
using int2 = ivec2;
using ivec3 = int3;
using float2 = vec2;

template <typename T> struct texel {
    T r;
    vec2 rg;
};
using float4 = texel<float>;
using uint4 = texel<uint>;
template <typename F> struct Texture2D {
    int width;
    std::vector<F> texels;
    F Load(int3 at) const { return texels.at(std::size_t(at.y) * width + at.x); }
};
using sampler2D = Texture2D<float4>;
using usampler2D = Texture2D<uint4>;
template <typename F> F texelFetch(const Texture2D<F> &matrix, ivec2 at, int level) {
    return matrix.Load(int3(at, level));
}
inline float clamp(float value, float low, float high) {
    return std::min(std::max(value, low), high);
}
inline float saturate(float value) { return clamp(value, 0, 1); }
