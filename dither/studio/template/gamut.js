// Gamut: the convex hull of a palette's linear light, identical to `dither.gamut.gamut`.

// A colour this far beyond a face counts as inside.
const TOLERANCE = 1e-9;
const REACH_STEPS = 12;
const TINY = 1e-150;

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
// In axes along AB and across it, no small number is the difference of two products.
function findFoot(points, first, second, last, foot) {
    const [ax, ay, az] = [points[first], points[first + 1], points[first + 2]];
    const [sx, sy, sz] = [points[second] - ax, points[second + 1] - ay, points[second + 2] - az];
    const [ox, oy, oz] = [points[last] - ax, points[last + 1] - ay, points[last + 2] - az];
    // B is at (b, 0), C at (c, height), and the origin at (x, y) and (nx, ny, nz) above the plane.
    const b = Math.sqrt(sx * sx + sy * sy + sz * sz);
    const wide = Math.max(b, TINY);
    const [ux, uy, uz] = [sx / wide, sy / wide, sz / wide];
    const c = ox * ux + oy * uy + oz * uz;
    const x = -(ax * ux + ay * uy + az * uz);
    const [hx, hy, hz] = [ox - c * ux, oy - c * uy, oz - c * uz];
    const height = Math.sqrt(hx * hx + hy * hy + hz * hz);
    const high = Math.max(height, TINY);
    const [vx, vy, vz] = [hx / high, hy / high, hz / high];
    const y = -(ax * vx + ay * vy + az * vz);
    const [nx, ny, nz] = [-ax - x * ux - y * vx, -ay - x * uy - y * vy, -az - x * uz - y * vz];
    let w = y / high;
    let v = (x - w * c) / wide;
    let least = 0;
    if (!(height > TINY && v >= 0 && w >= 0 && v + w <= 1)) {
        // The nearest point is on a side.
        const third = c - b;
        const onFirst = clamp(x / wide, 0, 1);
        const onSecond = clamp((x * c + y * height) / Math.max(c * c + height * height, TINY), 0, 1);
        const length = Math.max(third * third + height * height, TINY);
        const onThird = clamp(((x - b) * third + y * height) / length, 0, 1);
        least = Infinity;
        for (const [tried, other] of [[onFirst, 0], [0, onSecond], [1 - onThird, onThird]]) {
            const [dx, dy] = [x - tried * b - other * c, y - other * height];
            const far = dx * dx + dy * dy;
            if (far < least) [v, w, least] = [tried, other, far];
        }
    }
    foot[0] = v;
    foot[1] = w;
    foot[2] = least + (nx * nx + ny * ny + nz * nz);
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
