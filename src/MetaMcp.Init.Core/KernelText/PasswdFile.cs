using System.Text;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// /etc/passwd, which a static program has to read itself: glibc's look-ups would load plug-ins. The first line that matches counts;
/// lines that are not seven fields with two numbers are ignored.
/// </summary>
public static class PasswdFile
{
    public static PasswdEntry? FindByName(ReadOnlySpan<byte> file, string name)
    {
        while (ColonFields.TryLine(ref file, out var line))
            if (Entry(line) is var fields && fields.Found && ColonFields.Same(fields.Name, name))
                return fields.ToEntry();
        return null;
    }

    public static PasswdEntry? FindByUid(ReadOnlySpan<byte> file, uint uid)
    {
        while (ColonFields.TryLine(ref file, out var line))
            if (Entry(line) is var fields && fields.Found && fields.Uid == uid)
                return fields.ToEntry();
        return null;
    }

    private static Fields Entry(ReadOnlySpan<byte> line)
    {
        var rest = new ColonFields(line);
        var fields = new Fields();
        if (!rest.TryNext(out fields.Name) || fields.Name.IsEmpty)
            return fields;
        if (!rest.TryNext(out _) || !rest.TryNextId(out fields.Uid) || !rest.TryNextId(out fields.Gid))
            return fields;
        if (rest.TryNext(out _) && rest.TryNext(out fields.Home) && rest.TryNext(out fields.Shell) && !rest.TryNext(out _))
            fields.Found = !line.Contains((byte)0);
        return fields;
    }

    private ref struct Fields
    {
        public bool Found;
        public ReadOnlySpan<byte> Name;
        public uint Uid;
        public uint Gid;
        public ReadOnlySpan<byte> Home;
        public ReadOnlySpan<byte> Shell;

        public readonly PasswdEntry ToEntry() =>
            new(Encoding.Latin1.GetString(Name), Uid, Gid, Encoding.Latin1.GetString(Home), Encoding.Latin1.GetString(Shell));
    }
}
