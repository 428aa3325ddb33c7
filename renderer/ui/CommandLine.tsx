/** A command to be read and copied. It breaks between its words, never within an option such as `--scope`. */
export const CommandLine = ({ command }: { readonly command: string }) => (
  <pre className="cmd mono" dir="ltr">
    {command.split(/(\s+)/).map((part, index) =>
      part.trim() === '' ? (
        part
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same word may stand in a command twice.
        <span key={index}>{part}</span>
      ),
    )}
  </pre>
)
