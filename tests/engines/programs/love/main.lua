-- Draws a job with LÖVE: textures go through love.image, which reads PNG and EXR, or are its raw data.

local RAW = {
    r8 = "r8", rg8 = "rg8", rgba8 = "rgba8", rgb10a2 = "rgb10a2", r16 = "r16", rg16 = "rg16",
    rgba16 = "rgba16", rgba16f = "rgba16f",
}
local FLOATS = { "r32f", "rg32f", nil, "rgba32f" }

local folder

local function write(name, content)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(content)
    file:close()
end

local function read(name)
    local file = assert(io.open(folder .. "/" .. name, "rb"))
    local content = file:read("*a")
    file:close()
    return love.filesystem.newFileData(content, name)
end

local function flipped(data)
    local other = love.image.newImageData(data:getWidth(), data:getHeight(), data:getFormat())
    for y = 0, data:getHeight() - 1 do
        other:paste(data, 0, data:getHeight() - 1 - y, 0, y, data:getWidth(), 1)
    end
    return other
end

-- The slices of frames that follow one another.
local function slices(draw)
    local format = draw.pixel_format == "r32f" and FLOATS[draw.channels] or RAW[draw.pixel_format]
    assert(format, "LÖVE has no textures of integers")
    local bytes, found = read(draw.file):getString(), {}
    local size = #bytes / draw.layers
    for t = 1, draw.layers do
        local part = bytes:sub((t - 1) * size + 1, t * size)
        found[t] = love.image.newImageData(draw.columns, draw.rows, format, part)
    end
    return found
end

local function texture(draw)
    local data
    if draw.loader == "raw" then
        local found = slices(draw)
        if draw.layout ~= "plane" then
            local volume = draw.layout == "volume"
            local make = volume and love.graphics.newVolumeImage or love.graphics.newArrayImage
            local image = make(found, { linear = true })
            image:setFilter("nearest", "nearest")
            return image
        end
        data = found[1]
    else
        data = love.image.newImageData(read(draw.file))
    end
    if draw.trap == "flipped" then
        data = flipped(data)
    end
    local options = { linear = draw.trap ~= "srgb", mipmaps = draw.trap == "mipmap" }
    local image = love.graphics.newImage(data, options)
    image:setFilter("nearest", "nearest")
    image:setWrap("repeat", "repeat")
    return image
end

local function draw_all(draw, pictures, canvases)
    local noise = texture(draw)
    local shader = love.graphics.newShader(draw.fragment)
    shader:send("blue_noise", noise)
    for _, name in ipairs(draw.pictures) do
        local picture = pictures[name]
        love.graphics.setCanvas(canvases[name])
        love.graphics.setShader(shader)
        love.graphics.setBlendMode("replace", "premultiplied")
        love.graphics.draw(picture)
        love.graphics.setShader()
        love.graphics.setCanvas()
        write(draw.name .. "." .. name .. ".rgba", canvases[name]:newImageData():getString())
    end
end

function love.load(arguments)
    folder = arguments[1]
    local job = assert(loadfile(folder .. "/job.lua"))()
    local pictures, canvases = {}, {}
    for name, size in pairs(job.pictures) do
        pictures[name] = love.graphics.newImage(
            love.image.newImageData(read(name .. ".png")), { linear = true })
        pictures[name]:setFilter("nearest", "nearest")
        canvases[name] = love.graphics.newCanvas(size.width, size.height, { format = "rgba8" })
    end
    local _, _, _, device = love.graphics.getRendererInfo()
    write("runtime.txt", string.format("LÖVE %d.%d, %s", love._version_major, love._version_minor, device))
    for _, draw in ipairs(job.draws) do
        local good, problem = pcall(draw_all, draw, pictures, canvases)
        if not good then
            love.graphics.reset()
            write(draw.name .. ".problem", tostring(problem))
        end
    end
    love.event.quit(0)
end

function love.errorhandler(problem)
    print(debug.traceback(problem))
    os.exit(1)
end
