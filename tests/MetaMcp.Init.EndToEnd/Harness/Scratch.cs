namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A directory for one test, removed with it. Every user may enter it and write to it, since some tests run as nobody.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _directory;

    public Scratch()
    {
        _directory = Directory.CreateTempSubdirectory("mcp-init-test-");
        File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0x1FF);
    }

    public string this[string name] => Path.Combine(_directory.FullName, name);

    public string FullName => _directory.FullName;

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>A root directory with nothing but these files, all at its top.</summary>
    public string Root(params string[] files)
    {
        var root = Directory.CreateDirectory(this["root"]).FullName;
        foreach (var file in files)
            File.Copy(file, Path.Combine(root, Path.GetFileName(file)));
        return root;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
