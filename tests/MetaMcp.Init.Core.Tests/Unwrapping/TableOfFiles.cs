using System.Text;
using MetaMcp.Init.Core.Unwrapping;

namespace MetaMcp.Init.Core.Tests.Unwrapping;

/// <summary>Files by their paths; a directory exists if something is in it.</summary>
internal sealed class TableOfFiles : FileFacts
{
    public const long Then = 1_700_000_000;

    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    public HashSet<string> Programs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Times { get; } = new(StringComparer.Ordinal);

    public string this[string path]
    {
        set => contents[path] = value;
    }

    public void Remove(string path)
    {
        contents.Remove(path);
        Programs.Remove(path);
    }

    public void AddProgram(string path, string? link = null)
    {
        Programs.Add(path);
        if (link is not null)
            Links[path] = link;
    }

    public override byte[]? Read(string path) => contents.TryGetValue(path, out var text) ? Encoding.UTF8.GetBytes(text) : null;

    public override bool Exists(string path) => contents.ContainsKey(path) || Programs.Contains(path) || Names(path).Count > 0;

    public override bool IsProgram(string path) => Programs.Contains(path);

    public override string? Real(string path) => Links.TryGetValue(path, out var target) ? target : Exists(path) ? path : null;

    public override long? ChangedAt(string path) => Times.TryGetValue(path, out var time) ? time : Exists(path) ? Then : null;

    public override IReadOnlyList<string> Names(string directory)
    {
        var prefix = directory + "/";
        return
        [
            .. contents.Keys.Concat(Programs).Where(p => p.StartsWith(prefix, StringComparison.Ordinal))
                .Select(p => p[prefix.Length..].Split('/')[0]).Distinct(),
        ];
    }
}
