// Gamut: the convex hull of a palette's linear light, identical to `dither.palettes.gamut`.

// A colour this far beyond a face counts as inside.
const TOLERANCE = 1e-9;
const REACH_STEPS = 12;
const TINY = 1e-300;

function along(start, end, share) {
    return [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]), start[2] + share * (end[2] - start[2])];
}

class Gamut {
    #points;
    #corners;
    #normals;
    #offsets;
    #turned;

    // `faces` hold three numbers of `points`, the outward normal and its offset.
    constructor(faces, points) {
        this.#points = points;
        this.#corners = Uint16Array.from(faces.flatMap(({ corners }) => corners));
        this.#normals = Float64Array.from(faces.flatMap(({ normal }) => normal));
        this.#offsets = Float64Array.from(faces, ({ offset }) => offset);
        this.#turned = new Float64Array(3 * points.length);
        const corners = Array.from(this.#corners, (corner) => points[corner]);
        // A colour well inside.
        this.center = [0, 1, 2].map((i) => corners.reduce((sum, corner) => sum + corner[i], 0) / corners.length);
    }

    // Return how far a colour is beyond a face; 0 or less inside.
    outside([red, green, blue]) {
        const normals = this.#normals;
        let most = -Infinity;
        for (let face = 0, i = 0; face < this.#offsets.length; face++, i += 3) {
            const beyond = normals[i] * red + normals[i + 1] * green + normals[i + 2] * blue - this.#offsets[face];
            if (beyond > most) most = beyond;
        }
        return most;
    }

    // Return the share of a line in OKLab that is inside, by regula falsi with halved ends.
    reach(start, end) {
        const [first, last] = [times(OKLAB_TO_ROOTS, start), times(OKLAB_TO_ROOTS, end)];
        let [low, high] = [0, 1];
        let below = Math.min(this.outside(rootsToLinear(first)), -TOLERANCE);
        let above = this.outside(rootsToLinear(last));
        if (above <= TOLERANCE) return 1;
        for (let step = 0; step < REACH_STEPS; step++) {
            const tried = low + (high - low) * (below / (below - above));
            const value = this.outside(rootsToLinear(along(first, last, tried)));
            if (value > 0) [high, below, above] = [tried, below / 2, value];
            else [low, below, above] = [tried, value, above / 2];
        }
        return low;
    }

    // Return the nearest colour on the surface; the distance of a difference d is the length of factors d.
    nearest(light, factors) {
        const [px, py, pz] = times(factors, light);
        const turned = this.#turned;
        this.#points.forEach((point, i) => {
            // Relative to P.
            turned[3 * i] = dot(factors[0], point) - px;
            turned[3 * i + 1] = dot(factors[1], point) - py;
            turned[3 * i + 2] = dot(factors[2], point) - pz;
        });
        const corners = this.#corners;
        const foot = new Float64Array(3);
        let [least, best, first, second] = [Infinity, 0, 0, 0];
        for (let i = 0; i < corners.length; i += 3) {
            findFoot(turned, 3 * corners[i], 3 * corners[i + 1], 3 * corners[i + 2], foot);
            if (foot[2] < least) {
                [first, second, least] = foot;
                best = i;
            }
        }
        const [start, one, two] = [0, 1, 2].map((i) => this.#points[corners[best + i]]);
        return start.map((value, i) => value + first * (one[i] - value) + second * (two[i] - value));
    }
}

// Find the point A + v AB + w AC of a triangle that is nearest to 0; write v, w and its squared distance.
function findFoot(points, a, b, c, foot) {
    const [ax, ay, az] = [points[a], points[a + 1], points[a + 2]];
    const [bx, by, bz] = [points[b] - ax, points[b + 1] - ay, points[b + 2] - az];
    const [cx, cy, cz] = [points[c] - ax, points[c + 1] - ay, points[c + 2] - az];
    const bb = bx * bx + by * by + bz * bz;
    const bc = bx * cx + by * cy + bz * cz;
    const cc = cx * cx + cy * cy + cz * cz;
    const bp = -(bx * ax + by * ay + bz * az);
    const cp = -(cx * ax + cy * ay + cz * az);
    const square = ax * ax + ay * ay + az * az;
    const area = bb * cc - bc * bc;
    let v = (cc * bp - bc * cp) / area;
    let w = (bb * cp - bc * bp) / area;
    if (!(area > TINY && v >= 0 && w >= 0 && v + w <= 1)) {
        // The nearest point is on a side.
        const onFirst = clamp(bp / Math.max(bb, TINY), 0, 1);
        const onSecond = clamp(cp / Math.max(cc, TINY), 0, 1);
        const onThird = clamp((bb - bc - bp + cp) / Math.max(bb - 2 * bc + cc, TINY), 0, 1);
        let least = onFirst * (onFirst * bb - 2 * bp);
        [v, w] = [onFirst, 0];
        const second = onSecond * (onSecond * cc - 2 * cp);
        if (second < least) [v, w, least] = [0, onSecond, second];
        const rest = 1 - onThird;
        const third = rest * (rest * bb + 2 * onThird * bc - 2 * bp) + onThird * (onThird * cc - 2 * cp);
        if (third < least) [v, w] = [rest, onThird];
    }
    foot[0] = v;
    foot[1] = w;
    foot[2] = v * v * bb + 2 * v * w * bc + w * w * cc - 2 * (v * bp + w * cp) + square;
}

// Add points one by one; triangles to a new point replace the faces that it sees.
function convexHull(points) {
    const first = farthestFour(points);
    const center = [0, 1, 2].map((i) => first.reduce((sum, corner) => sum + points[corner][i], 0) / 4);
    let faces = first.flatMap((_, left) => hullFace(points, center, ...first.filter((_, i) => i !== left)));
    const count = points.length;
    points.forEach((point, index) => {
        const sees = ({ normal, offset }) => dot(normal, point) - offset > TOLERANCE;
        const seen = faces.filter(sees);
        faces = faces.filter((face) => !sees(face));
        const edges = new Set(seen.flatMap(({ corners: [a, b, c] }) => [a * count + b, b * count + c, c * count + a]));
        // An edge of the outline belongs to one face that is seen, not to two.
        for (const edge of [...edges].sort((one, other) => one - other)) {
            const [a, b] = [Math.floor(edge / count), edge % count];
            if (!edges.has(b * count + a)) faces.push(...hullFace(points, center, a, b, index));
        }
    });
    return new Gamut(faces, points);
}

// Return the face of three points, or none if they lie on one line.
function hullFace(points, center, a, b, c) {
    const normal = cross(difference(points[b], points[a]), difference(points[c], points[a]));
    const length = Math.sqrt(dot(normal, normal));
    if (length < TOLERANCE ** 2) return [];
    const outward = normal.map((value) => value / length);
    const offset = dot(outward, points[a]);
    if (dot(outward, center) <= offset) return [{ corners: [a, b, c], normal: outward, offset }];
    return [{ corners: [a, c, b], normal: outward.map((value) => -value), offset: -offset }];
}

function difference(one, other) {
    return one.map((value, i) => value - other[i]);
}

// Return four points, each far from the point, line or plane of those before.
function farthestFour(points) {
    const most = (values) => values.indexOf(Math.max(...values));
    const first = most(points.map(([x, y, z]) => -(x + y + z)));
    const offsets = points.map((point) => difference(point, points[first]));
    const second = most(offsets.map((offset) => dot(offset, offset)));
    const across = offsets.map((offset) => cross(offset, offsets[second]));
    const third = most(across.map((each) => dot(each, each)));
    const fourth = most(offsets.map((offset) => Math.abs(dot(offset, across[third]))));
    return [first, second, third, fourth];
}
