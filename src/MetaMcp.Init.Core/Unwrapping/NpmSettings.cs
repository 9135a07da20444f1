using System.Text;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// The settings of npm, in its order: the variables npm_config_*, then the .npmrc of the project, of the user, of the whole system, of
/// npm itself. Keys are in npm's form, <c>script-shell</c>.
/// </summary>
internal sealed class NpmSettings
{
    private const string Prefix = "npm_config_";

    /// <summary>Settings whose one value is asked for.</summary>
    private static readonly string[] Single = ["cache", "prefix", "globalconfig", "userconfig", "location", "noproxy"];

    /// <summary>The environment first.</summary>
    private readonly List<Dictionary<string, string>> sources = [];

    public NpmSettings(IReadOnlyDictionary<string, string> variables)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            // An empty one counts as not given.
            if (value.Length > 0 && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.Length > Prefix.Length)
                environment[KeyOf(name[Prefix.Length..])] = value;
        sources.Add(environment);
    }

    /// <summary>Why it is not certain which settings npm would have; null if it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>One more file, if it is there, behind those that were read before.</summary>
    public void Add(FileFacts files, string path)
    {
        if (files.Read(path) is not { } text)
        {
            if (files.Exists(path))
                Problem ??= $"{path} cannot be read";
            return;
        }
        var file = new NpmFile(text);
        sources.Add(file.Settings);
        if (file.IsOdd || Array.Exists(Single, file.IsArray))
            Problem ??= $"{path} has a line that is for npm alone to read";
    }

    public string? Find(string key)
    {
        foreach (var source in sources)
            if (source.TryGetValue(key, out var value))
                return value;
        return null;
    }

    /// <summary>
    /// The settings of the files, which npm passes on as variables, false as an empty one; not those for one registry or one scope,
    /// among which are secrets.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> OfFiles()
    {
        for (var i = sources.Count - 1; i > 0; i--)
            foreach (var (key, value) in sources[i])
                if (key[0] is not ('/' or '@' or '_') && IsPlain(value))
                    yield return new(VariableOf(key), value is "false" or "null" ? "" : value);
    }

    public static string VariableOf(string key) => Prefix + key.Replace('-', '_').ToLowerInvariant();

    /// <summary>A value that npm takes as it is written: no variable in it.</summary>
    public static bool IsPlain(string value) => !value.Contains("${", StringComparison.Ordinal);

    private static string KeyOf(string variable)
    {
        // npm leaves a leading underscore, as of _auth.
        var key = new StringBuilder(variable.ToLowerInvariant());
        for (var i = 1; i < key.Length; i++)
            if (key[i] == '_')
                key[i] = '-';
        return key.ToString();
    }
}
