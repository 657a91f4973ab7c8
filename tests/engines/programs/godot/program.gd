# Draws a job with Godot 3 (GLES3): files go through Image.load or the loaders of resources.
extends SceneTree

const RAW = {"r8": Image.FORMAT_R8, "r32f": Image.FORMAT_RF}

var folder = ""


func _init():
	run()


func read(name):
	var file = File.new()
	file.open(folder + "/" + name, File.READ)
	var content = file.get_buffer(file.get_len())
	file.close()
	return content


func write(name, content):
	var file = File.new()
	file.open(folder + "/" + name, File.WRITE)
	if content is String:
		file.store_string(content)
	else:
		file.store_buffer(content)
	file.close()


func image_of(draw):
	var image = Image.new()
	if draw.loader == "raw":
		if not RAW.has(draw.pixel_format):
			return "Godot 3 has no textures of %s" % draw.pixel_format
		image.create_from_data(draw.columns, draw.rows, false, RAW[draw.pixel_format], read(draw.file))
	elif image.load(folder + "/" + draw.file) != OK:
		return "Image.load refuses the file"
	if draw.trap == "flipped":
		image.flip_y()
	return image


func texture_of(draw):
	if draw.loader == "imported":
		return ResourceLoader.load("res://textures/blue.rg8.png")
	if draw.loader in ["dds", "ktx2"]:
		var resource = ResourceLoader.load(folder + "/" + draw.file)
		return resource if resource != null else "ResourceLoader.load refuses the file"
	var image = image_of(draw)
	if image is String:
		return image
	var flags = Texture.FLAG_REPEAT
	if draw.trap == "srgb":
		flags |= Texture.FLAG_CONVERT_TO_LINEAR
	if draw.trap == "mipmap":
		flags |= Texture.FLAG_MIPMAPS
	var texture = ImageTexture.new()
	texture.create_from_image(image, flags)
	return texture


func run():
	folder = OS.get_cmdline_args()[-1]
	var job = parse_json(read("job.json").get_string_from_utf8())
	var viewports = {}
	for name in job.pictures:
		var picture = Image.new()
		picture.load(folder + "/" + name + ".png")
		var texture = ImageTexture.new()
		texture.create_from_image(picture, 0)
		var viewport = Viewport.new()
		viewport.size = picture.get_size()
		viewport.usage = Viewport.USAGE_2D
		viewport.render_target_update_mode = Viewport.UPDATE_ALWAYS
		viewport.render_target_v_flip = true
		var shown = TextureRect.new()
		shown.texture = texture
		shown.material = ShaderMaterial.new()
		viewport.add_child(shown)
		root.add_child(viewport)
		viewports[name] = [viewport, shown.material]
	write("runtime.txt", "Godot %s, %s" % [
			Engine.get_version_info().string, VisualServer.get_video_adapter_name()])
	for draw in job.draws:
		var texture = texture_of(draw)
		if texture is String:
			write(draw.name + ".problem", texture)
			continue
		var shader = Shader.new()
		shader.code = draw.fragment
		for name in draw.pictures:
			viewports[name][1].shader = shader
			viewports[name][1].set_shader_param("bluenoise", texture)
		yield(self, "idle_frame")
		yield(VisualServer, "frame_post_draw")
		for name in draw.pictures:
			var drawn = viewports[name][0].get_texture().get_data()
			drawn.convert(Image.FORMAT_RGBA8)
			write("%s.%s.rgba" % [draw.name, name], drawn.get_data())
	quit()
