import { render } from 'preact'
import { App } from './app.tsx'
import { connect } from './live/connection.ts'
import { takeToken } from './live/control.ts'
import { playRecording, recordingOf } from './live/recording.ts'
// oxlint-disable-next-line import/no-unassigned-import -- the build gathers the stylesheet from here
import './page.css'
import { apply, initialModel, type Message } from './store/store.ts'

const root = document.getElementById('page')
let model = initialModel
let token = takeToken()

addEventListener('hashchange', () => {
  token = takeToken()
  draw()
})
draw()
const recording = recordingOf(document)
if (recording === null) connect(dispatch)
else void playRecording(recording, dispatch)

function dispatch(message: Message): void {
  model = apply(model, message)
  draw()
}

function draw(): void {
  if (root) render(<App model={model} dispatch={dispatch} token={token} />, root)
}
