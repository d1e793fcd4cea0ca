import DefaultTheme from 'vitepress/theme'
import Chart from './Chart.vue'
import Live from './Live.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Chart', Chart)
    app.component('Live', Live)
  },
}
