function love.conf(t)
    -- With it, textures that are not said to be linear are taken for sRGB: the trap is open.
    t.gammacorrect = true
    t.window.width = 64
    t.window.height = 64
    t.modules.audio = false
    t.modules.sound = false
    t.modules.joystick = false
    t.modules.physics = false
end
