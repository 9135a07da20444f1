using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Tests.Linux;

/// <summary>
/// The bindings as static assertions in C, so that the compiler of the target reports those that are wrong. All numbers of the class are
/// included; a number that has no C name must stand in another class.
/// </summary>
internal static class CAssertions
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
        | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static string For(Type bindings)
    {
        var text = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        foreach (var header in bindings.GetCustomAttributes<CHeaderAttribute>().Select(h => h.Header).Distinct())
            text.AppendLine($"#include <{header}>");
        foreach (var constant in Constants(bindings))
            Append(text, constant, Constant(constant));
        foreach (var structure in Structures(bindings))
            Append(text, structure, Structure(structure));
        foreach (var function in Functions(bindings))
            Append(text, function, Function(function));
        return text.ToString();
    }

    public static IEnumerable<FieldInfo> Constants(Type bindings) =>
        bindings.GetFields(Everything).Where(f => f.IsLiteral && f.FieldType != typeof(string));

    public static IEnumerable<Type> Structures(Type bindings) =>
        bindings.GetNestedTypes(Everything).Where(t => t.IsValueType && !t.IsEnum);

    public static IEnumerable<MethodInfo> Functions(Type bindings) =>
        bindings.GetMethods(Everything).Where(m => m.GetCustomAttribute<LibraryImportAttribute>() is { LibraryName: "libc" });

    private static void Append(StringBuilder text, MemberInfo member, string assertions)
    {
        var only = member.GetCustomAttribute<CNameAttribute>()?.OnlyOn;
        if (only is not null)
            text.AppendLine($"#ifdef {only}");
        text.AppendLine(assertions);
        if (only is not null)
            text.AppendLine("#endif");
    }

    private static string CName(MemberInfo member) => member.GetCustomAttribute<CNameAttribute>()?.Name ?? member.Name;

    private static string Constant(FieldInfo constant)
    {
        var value = constant.GetRawConstantValue()!;
        // The cast allows pointer constants such as SIG_IGN. Both sides are widened alike, so the comparison stays exact.
        var literal = value is ulong big ? $"{big}ULL" : $"({Convert.ToInt64(value)}LL)";
        return $"_Static_assert((long long)({CName(constant)}) == (long long){literal}, \"{constant.Name}\");";
    }

    private static string Structure(Type structure)
    {
        var name = CName(structure);
        var text = new StringBuilder(
            $"_Static_assert(sizeof({name}) == {ManagedSize(structure)}, \"size of {structure.Name}\");\n");
        foreach (var field in structure.GetFields(Everything).Where(f => !f.IsStatic && f.IsPublic))
        {
            var path = $"{name}, {CName(field)}";
            text.AppendLine($"_Static_assert(offsetof({path}) == {Marshal.OffsetOf(structure, field.Name)}, " +
                $"\"offset of {structure.Name}.{field.Name}\");");
            text.AppendLine($"_Static_assert(sizeof((({name} *)0)->{CName(field)}) == {ManagedSize(field.FieldType)}, " +
                $"\"size of {structure.Name}.{field.Name}\");");
        }
        return text.ToString();
    }

    /// <summary>A call that is compiled and never run: its arguments must be right in number, and its result in size.</summary>
    private static string Function(MethodInfo function)
    {
        var name = function.GetCustomAttribute<CNameAttribute>()?.Name
            ?? function.GetCustomAttribute<LibraryImportAttribute>()!.EntryPoint
            ?? function.Name;
        var arguments = string.Join(", ", function.GetParameters().Select(p => p.ParameterType.IsPointer ? "(void *)0" : "0"));
        var call = $"{name}({arguments})";
        return function.ReturnType == typeof(void)
            ? $"void assert_{function.Name}(void) {{ {call}; }}"
            : $"_Static_assert(sizeof({call}) == {ManagedSize(function.ReturnType)}, \"result of {function.Name}\");";
    }

    private static int ManagedSize(Type type)
    {
        if (type.IsPointer)
            return IntPtr.Size;
        var size = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null);
        return (int)size!;
    }
}
